import { SingleBar } from 'cli-progress';

import { isTerminal } from '../style.ts';

/** Milliseconds between two lines where there is no terminal. */
const pauseMs = 10_000;

/** Shows how far long work has come: a bar on a terminal, elsewhere a line now and then. */
export function steady(what: string): (done: number, total: number) => void {
  return isTerminal(process.stdout) ? bar(what) : lines(what);
}

function bar(what: string): (done: number, total: number) => void {
  const format = `{bar} {value}/{total} ${what}`;
  const shown = new SingleBar({ format, clearOnComplete: true, gracefulExit: false });
  let begun = false;
  return (done, total) => {
    if (!begun) shown.start(total, done);
    begun = true;
    shown.update(done);
    if (done >= total) shown.stop();
  };
}

function lines(what: string): (done: number, total: number) => void {
  let next = 0;
  return (done, total) => {
    if (performance.now() < next && done < total) return;
    next = performance.now() + pauseMs;
    console.log(`${done}/${total} ${what}`);
  };
}
