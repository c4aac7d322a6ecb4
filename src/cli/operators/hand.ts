import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

import { atEnd } from '#ending/at-end.ts';

import { Problem } from '../problem.ts';
import type { Begin, Covered, Hunting, Order, Report, Verdict } from './protocol.ts';

/** Longer than the watchdog of the suite takes to end what runs in circles. */
const silenceMs = 60_000;
/** To compile the program. */
const startMs = 240_000;
/** Of the heap of a process, in MiB: a mutant that takes ever more memory ends by itself. */
const heapMiB = 2048;

/** How a process ended that was to report something. */
class Gone extends Problem {
  readonly isFailure: boolean;

  constructor(says: string, isFailure: boolean) {
    super(says);
    this.isFailure = isFailure;
  }
}

/** A process that runs mutants: one after the other, until one of them spoils it. */
export class Hand {
  readonly #child: ChildProcess;
  readonly #callOff: () => void;
  #hasHunted = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#callOff = atEnd(() => child.kill('SIGKILL'));
  }

  static async start(begin: Begin): Promise<Hand> {
    const heap = `--max-old-space-size=${heapMiB}`;
    const child = fork(join(__dirname, 'worker.ts'), {
      execArgv: [...process.execArgv, heap],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const hand = new Hand(child);
    await hand.#ask(begin, startMs, (report) => (report.kind === 'ready' ? report : undefined));
    return hand;
  }

  /** Resolves with what was reached while the program was loaded. */
  async cover(
    scenarios: readonly number[],
    covered: (what: Covered) => void,
  ): Promise<readonly string[]> {
    return this.#ask({ kind: 'cover', scenarios }, silenceMs, (report) => {
      if (report.kind === 'covered') covered(report);
      return report.kind === 'done' ? report.loaded : undefined;
    });
  }

  /** `isFirst`: nothing that an earlier mutant did can have played a part. */
  async hunt(order: Hunting): Promise<{ readonly verdict: Verdict; readonly isFirst: boolean }> {
    const isFirst = !this.#hasHunted;
    this.#hasHunted = true;
    try {
      const verdict = await this.#ask(order, silenceMs, (report) =>
        report.kind === 'verdict' ? report : undefined,
      );
      return { verdict, isFirst };
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      const fate = error.isFailure ? 'crashed' : 'timed out';
      const what = { fate, reason: error.message, tried: 0, spoiled: true } as const;
      return { verdict: { kind: 'verdict', mutation: order.mutation, ...what }, isFirst };
    }
  }

  end(): void {
    this.#callOff();
    this.#child.kill('SIGKILL');
  }

  #ask<T>(order: Order, patience: number, answer: (report: Report) => T | undefined): Promise<T> {
    const child = this.#child;
    let said = '';
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        clearTimeout(silence);
        child.off('message', onMessage).off('exit', onExit);
        child.stderr?.off('data', onText);
        end();
      };
      const onMessage = (report: Report): void => {
        silence.refresh();
        try {
          const found = answer(report);
          if (found !== undefined) finish(() => resolve(found));
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const onText = (text: Buffer): void => void (said = `${said}${text}`.slice(-4000));
      const onExit = (code: number | null, signal: string | null): void => {
        const isFailure = code === 1;
        finish(() => reject(new Gone(`the process ended: ${signal ?? code} ${said}`, isFailure)));
      };
      const silence = setTimeout(() => child.kill('SIGKILL'), patience);
      child.on('message', onMessage).on('exit', onExit);
      child.stderr?.on('data', onText);
      child.send(order);
    });
  }
}
