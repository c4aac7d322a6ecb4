import { exitCodeOf } from './signals.ts';

const deadlySignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const actions = new Set<() => void>();

/** `action`, which cannot wait, is done when the program ends, also by a signal. Returns how to call it off. */
export function atEnd(action: () => void): () => void {
  // A function of its own, as the same action may be asked for twice.
  const own = (): void => action();
  actions.add(own);
  if (actions.size === 1) watch();
  return () => {
    if (actions.delete(own) && actions.size === 0) ignore();
  };
}

function actAll(): void {
  for (const action of actions) action();
}

function watch(): void {
  process.on('exit', actAll);
  for (const signal of deadlySignals) process.on(signal, dieOf);
}

function ignore(): void {
  process.off('exit', actAll);
  for (const signal of deadlySignals) process.off(signal, dieOf);
}

/** Where the program has a handler of its own, that one decides, and the actions come at exit. */
function dieOf(signal: (typeof deadlySignals)[number]): void {
  if (process.listenerCount(signal) > 1) return;
  process.exit(exitCodeOf(signal));
}
