import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';

import { exitCodes } from './problem.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run random` with these options; `interrupt` sends SIGINT as soon as calls are made. */
function random(options: readonly string[], interrupt = false): Promise<Ended> {
  const parameters = ['--require', 'ts-node/register', 'src/cli/random.ts', ...options];
  const child = spawn(process.execPath, parameters);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      texts[name] += chunk.toString();
    });
  if (interrupt) child.stdout.once('data', () => child.kill('SIGINT'));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...texts })));
}

const problems: readonly (readonly [what: string, options: readonly string[], says: RegExp])[] = [
  ['an adapter that nobody knows', ['--adapter', 'nosuch'], /^no adapter nosuch: .*\n$/],
  [
    'a machine whose devices move no bytes',
    ['--devices', '--machine', 'mock'],
    /^adapter reference has no machine called mock whose devices move bytes\nmachines .*vt-d-nested.*\n$/,
  ],
  ['a number that is none', ['--calls', 'many'], /^--calls is "many", .* no whole number\n$/],
];

describe('npm run random', () => {
  for (const [what, options, says] of problems)
    it(`says in a sentence that it cannot work with ${what}`, async () => {
      const { code, stderr } = await random(options);
      assert.equal(code, exitCodes.problem);
      assert.match(stderr, says);
    });

  it('tells of a machine that does not do what the port demands', async () => {
    const { code, stdout } = await random(['--adapter', 'void', '--calls', '100']);
    assert.equal(code, exitCodes.failures);
    assert.match(
      stdout,
      /^no VmPin in \/proc\/self\/status\n\nthe machine is broken: not shrunk$/m,
    );
  });

  it('keeps what it has when it is interrupted', async () => {
    const { code, stdout } = await random(['--calls', '1000000'], true);
    assert.equal(code, 130);
    assert.match(stdout, /^\d+ calls in \d+ sequences, [\d.]+ s, interrupted by SIGINT$/m);
  });

  it('tells which seeded bugs it finds, and what it does not reach', async () => {
    const ofEach = ['--mutants', 'SEED-0006,SEED-0893', '--calls', '200', '--processes', '1'];
    const { code, stdout } = await random(ofEach);
    assert.equal(code, exitCodes.success);
    assert.match(stdout, /^SEED-0006 +within \d+ .* a new object has id \d+/m);
    assert.match(stdout, /^found by a difference +1$/m);
    assert.match(stdout, /^not reached +1$/m);
  });

  it('prints how to repeat a finding on devices', async () => {
    const bug = ['--adapter', './src/mutants/adapter.ts', '--adapter-option', 'mutant=SEED-1300'];
    const where = ['--devices', '--machine', 'vt-d-nested'];
    const { code, stdout } = await random([...bug, ...where, '--calls', '500']);
    assert.equal(code, exitCodes.failures);
    assert.match(stdout, /^repeat with --seed 1 .* --longest 200 --devices --machine vt-d-nested/m);
    assert.match(stdout, /^ {4}Then device "\w+" was answered:$/m);
  });

  it('prints how to repeat a finding, and the scenario that shows it', async () => {
    const bug = ['--adapter', './src/mutants/adapter.ts', '--adapter-option', 'mutant=SEED-0006'];
    const { code, stdout } = await random([...bug, '--calls', '2000']);
    assert.equal(code, exitCodes.failures);
    assert.match(stdout, /^repeat with --seed 1 --path [\d:]+ --replay-path '\S*' --longest 60/m);
    assert.match(stdout, /^ {2}# npm run random -- --seed 1 --path/m);
    assert.match(stdout, /^ {2}Scenario: reference: a new object has id/m);
  });
});
