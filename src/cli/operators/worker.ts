import { createRequire } from 'node:module';
import { join } from 'node:path';

import { loadInstead, readSources, withoutCounting } from './hook.ts';
import type { Begin, Hunting, Order, Report, Verdict } from './protocol.ts';
import type * as Module from './scenarios.ts';
import type { Scenarios } from './scenarios.ts';

/** A process of `npm run mutants -- --by-operator`: it has the instrumented reference, and does what it is told. */

/** Not import(): that does not pass through ts-node, and not before the sources are replaced. */
const load = createRequire(__filename);

/** What the instrumented program looks at. */
interface Switches {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  /** How often the active one was passed, and how often it may be. */
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  readonly mutantCoverage: {
    readonly static: Record<string, number>;
    perTest: Record<string, Record<string, number>>;
  };
}

const switches: Switches = { mutantCoverage: { static: {}, perTest: {} } };

function tell(report: Report): void {
  process.send?.(report);
}

interface Ready {
  readonly scenarios: Scenarios;
  readonly limitMs: number;
}

async function begin({ program, covers, limitMs, ...suite }: Begin): Promise<Ready> {
  Object.assign(globalThis, { __stryker__: switches });
  const sources = readSources(join(program, 'sources.json'));
  loadInstead(covers ? sources : withoutCounting(sources));
  const { Scenarios } = load('./scenarios.ts') as typeof Module;
  const scenarios = await Scenarios.load(suite, limitMs);
  // Whoever does not hear this any more knows that nothing else will end it.
  setInterval(() => tell({ kind: 'alive' }), 1000).unref();
  tell({ kind: 'ready' });
  return { scenarios, limitMs };
}

async function cover(all: Scenarios, indexes: readonly number[]): Promise<void> {
  const { mutantCoverage } = switches;
  for (const scenario of indexes) {
    switches.currentTestId = `scenario ${scenario}`;
    const went = await all.run(scenario);
    const reached = mutantCoverage.perTest[switches.currentTestId] ?? {};
    mutantCoverage.perTest = {};
    switches.currentTestId = undefined;
    const wrong = went.reason ?? went.complaint;
    tell({ kind: 'covered', scenario, reached, ...(wrong !== undefined && { wrong }) });
  }
  tell({ kind: 'done', loaded: Object.keys(mutantCoverage.static) });
}

async function hunt(
  { scenarios, limitMs }: Ready,
  { mutation, scenarios: indexes, hitLimit }: Hunting,
): Promise<Verdict> {
  const verdict = { kind: 'verdict', mutation } as const;
  let complaint: string | undefined;
  let tried = 0;
  for (const scenario of indexes) {
    tried += 1;
    const late = { ...verdict, fate: 'timed out', killer: scenario, tried, spoiled: true } as const;
    const waiting = setTimeout(() => leave(late), 2 * limitMs);
    const { fate, reason, ...seen } = await withMutation(mutation, hitLimit, () =>
      scenarios.run(scenario),
    );
    clearTimeout(waiting);
    complaint ??= seen.complaint;
    if (fate === 'survived') continue;
    const found = { fate, killer: scenario, ...(reason !== undefined && { reason }), tried };
    // What was ended from outside may have left anything behind.
    const spoiled = fate === 'timed out' || (await isSpoiled(scenarios, scenario));
    return { ...verdict, ...found, spoiled };
  }
  const seen = complaint === undefined ? {} : { complaint };
  return { ...verdict, fate: 'survived', ...seen, tried, spoiled: false };
}

/** A promise of the reference that nobody keeps is waited for until now. */
function leave(report: Report): void {
  process.send?.(report, () => process.exit());
}

async function withMutation<T>(
  mutation: string,
  hitLimit: number,
  action: () => Promise<T>,
): Promise<T> {
  Object.assign(switches, { activeMutant: mutation, hitCount: 0, hitLimit });
  try {
    return await action();
  } finally {
    switches.activeMutant = undefined;
  }
}

/** What a mutant leaves behind in the variables of modules must not kill the next one. */
async function isSpoiled(all: Scenarios, scenario: number): Promise<boolean> {
  return (await all.run(scenario)).fate !== 'survived';
}

let ready: Promise<Ready> | undefined;

async function obey(order: Order): Promise<void> {
  if (order.kind === 'begin') {
    ready = begin(order);
    await ready;
    return;
  }
  if (ready === undefined) throw new Error('nobody said which program');
  const { scenarios } = await ready;
  if (order.kind === 'cover') return cover(scenarios, order.scenarios);
  tell(await hunt(await ready, order));
}

// Ctrl-C goes to all processes of a terminal: what is under way here is finished, or the command ends it.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (order: Order) => void obey(order));
