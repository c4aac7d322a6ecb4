import type { FaultInjection } from '#reference/kernel/mm/fault-injection.ts';

import type { Caller, CallObserver } from './calls.ts';
import type { Answer, Request } from './messages.ts';
import { showCall } from './trace.ts';

/** A task whose checks are counted: /proc/PID/fail-nth. */
interface Counted {
  failNth: number;
}

/**
 * One allocation of the kernel that fails: the n-th that the calls of the programs make, all of them counted from the
 * start. As /proc/self/fail-nth has it, and spread over processes. A program that writes its own number there gets that
 * for one call.
 */
export class PlannedFault implements CallObserver {
  private left: number;
  private readonly nth: number;
  private readonly complain: (what: string) => void;
  /** In the call that is carried out. */
  private isNow = false;

  constructor(nth: number, faults: FaultInjection, complain: (what: string) => void) {
    this.nth = this.left = nth;
    this.complain = complain;
    // As Linux's own test has it: also those can fail that may wait.
    faults.slab.ignoreGfpWait = false;
    faults.page.ignoreGfpWait = false;
    faults.page.ignoreGfpHighmem = false;
  }

  /** To the task whose call is carried out; what it returns takes back what is left. */
  lend(task: Counted): () => void {
    this.isNow = false;
    if (this.left === 0 || task.failNth !== 0) return () => undefined;
    const lent = (task.failNth = this.left);
    return () => {
      if (task.failNth > lent) return;
      this.left = task.failNth;
      task.failNth = 0;
      this.isNow = this.left === 0;
    };
  }

  begin(request: Request, caller: Caller): (answer: Answer) => void {
    const show = this.left > 0 ? showCall(request, caller) : undefined;
    return (answer) => {
      if (!show || !this.isNow) return;
      this.isNow = false;
      this.complain(`allocation ${this.nth} failed: ${show(answer)}`);
    };
  }

  /** Tells where there were fewer. */
  conclude(): void {
    if (this.left > 0)
      this.complain(
        `no allocation failed: the calls made ${this.nth - this.left}, not ${this.nth}`,
      );
  }
}
