import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compareReadings } from './compare.ts';
import { formats } from './formats.ts';
import { garbage, surviveGarbage } from './garbage.ts';
import { isRefused } from '../memory.ts';
import type { Format, Trial } from './trial.ts';

const ACCESSES = 1250;

for (const format of formats) {
  test(`${format.name}: a unit and a slow walker agree on ${ACCESSES} accesses`, () => {
    const { difference, accesses, through, refusals } = compareReadings(format, ACCESSES, 1);
    assert.equal(difference, undefined);
    assert.equal(accesses, ACCESSES);
    assert.ok(through > ACCESSES / 10, `only ${through} went through`);
    assert.ok(refusals.size >= 3, `only ${refusals.size} reasons were met`);
  });
}

for (const victim of garbage) {
  test(`${victim.name}: scrap for tables and commands makes a unit neither throw nor stay away`, () => {
    surviveGarbage(victim, 2500, 1);
  });
}

/** A format whose unit is wrong in one way. */
function wrong(change: (trial: Trial) => Partial<Pick<Trial, 'ask'>>): Format {
  const [format] = formats;
  assert.ok(format);
  const make: Format['make'] = (lots) => {
    const trial = format.make(lots);
    const { memories } = trial;
    const draw = (): ReturnType<Trial['draw']> => trial.draw();
    const read: Trial['read'] = (access) => trial.read(access);
    const ask: Trial['ask'] = (access) => trial.ask(access);
    return { memories, draw, read, ask, ...change(trial) };
  };
  return { name: 'a wrong unit', make };
}

test('a difference is told with what repeats it', () => {
  const ask = (trial: Trial): Pick<Trial, 'ask'> => ({
    ask: (access) => {
      const found = trial.ask(access);
      return isRefused(found) ? found : { ...found, to: found.to + 1n };
    },
  });
  const { difference } = compareReadings(wrong(ask), 500, 1);
  assert.match(difference ?? '', /^a wrong unit, seed 1, tables \d+, a (read|write) of 0x\w+/);
  assert.match(difference ?? '', /the model gives 0x\w+; the second reading 0x\w+$/);
});

test('a page that is told to be too long is a difference', () => {
  const ask = (trial: Trial): Pick<Trial, 'ask'> => ({
    ask: (access) => {
      const found = trial.ask(access);
      return isRefused(found) ? found : { ...found, bytes: (found.bytes ?? 0n) + 1n };
    },
  });
  assert.match(compareReadings(wrong(ask), 500, 1).difference ?? '', /bytes go the same way/);
});

test('a table that only one of the two has is a difference', () => {
  const ask = (trial: Trial): Pick<Trial, 'ask'> => ({
    ask: (access) => {
      trial.memories.copy.write64(0x2000n, 0n);
      return trial.ask(access);
    },
  });
  assert.match(
    compareReadings(wrong(ask), 500, 1).difference ?? '',
    /the model (gives|left) .*the second reading/,
  );
});
