import { fork, type ChildProcess } from 'node:child_process';

import { atEnd } from '#ending/at-end.ts';

import { Problem } from './problem.ts';

/** How a process ended that was to report something. */
export class Gone extends Problem {
  /** By an exception of its own, not from outside and not for want of memory. */
  readonly isFailure: boolean;

  constructor(says: string, isFailure: boolean) {
    super(says);
    this.isFailure = isFailure;
  }
}

/** To compile its program. */
export const startMs = 240_000;
/** Longer than the watchdog of the suite takes to end what runs in circles. */
export const silenceMs = 60_000;
/** Of the heap of a process, in MiB: a mutant that takes ever more memory ends by itself. */
const heapMiB = 2048;

/** A process of ours that runs what may never come back. It ends with this one. */
export class Child<Order extends object, Report> {
  readonly #child: ChildProcess;
  readonly #callOff: () => void;

  constructor(file: string) {
    this.#child = fork(file, {
      execArgv: [...process.execArgv, `--max-old-space-size=${heapMiB}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#callOff = atEnd(() => this.#child.kill('SIGKILL'));
  }

  end(): void {
    this.#callOff();
    this.#child.kill('SIGKILL');
  }

  /** Resolves with the first answer; rejects with Gone where the process ends, or is silent for so many milliseconds. */
  ask<T>(order: Order, patience: number, answer: (report: Report) => T | undefined): Promise<T> {
    const child = this.#child;
    let said = '';
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        clearTimeout(silence);
        child.off('message', onMessage).off('exit', onExit);
        child.stderr?.off('data', onText);
        end();
      };
      const onMessage = (report: unknown): void => {
        silence.refresh();
        try {
          const found = answer(report as Report);
          if (found !== undefined) finish(() => resolve(found));
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const onText = (text: Buffer): void => void (said = `${said}${text}`.slice(-4000));
      const onExit = (code: number | null, signal: string | null): void => {
        const says = `the process ended: ${signal ?? code} ${said}`;
        finish(() => reject(new Gone(says, code === 1)));
      };
      const silence = setTimeout(() => child.kill('SIGKILL'), patience);
      child.on('message', onMessage).on('exit', onExit);
      child.stderr?.on('data', onText);
      child.send(order);
    });
  }
}
