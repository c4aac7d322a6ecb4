import { join } from 'node:path';

import { Child, Gone, silenceMs, startMs } from '../child.ts';
import type { Begin, Covered, Hunting, Order, Report, Verdict } from './protocol.ts';

/** A process that runs mutants: one after the other, until one of them spoils it. */
export class Hand {
  readonly #child = new Child<Order, Report>(join(__dirname, 'worker.ts'));
  #hasHunted = false;

  private constructor() {}

  static async start(begin: Begin): Promise<Hand> {
    const hand = new Hand();
    await hand.#child.ask(begin, startMs, ({ kind }) => (kind === 'ready' ? kind : undefined));
    return hand;
  }

  /** Resolves with what was reached while the program was loaded. */
  async cover(
    scenarios: readonly number[],
    covered: (what: Covered) => void,
  ): Promise<readonly string[]> {
    return this.#child.ask({ kind: 'cover', scenarios }, silenceMs, (report) => {
      if (report.kind === 'covered') covered(report);
      return report.kind === 'done' ? report.loaded : undefined;
    });
  }

  /** `isFirst`: nothing that an earlier mutant did can have played a part. */
  async hunt(order: Hunting): Promise<{ readonly verdict: Verdict; readonly isFirst: boolean }> {
    const isFirst = !this.#hasHunted;
    this.#hasHunted = true;
    try {
      const verdict = await this.#child.ask(order, silenceMs, (report) =>
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
    this.#child.end();
  }
}
