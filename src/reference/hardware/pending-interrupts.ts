/** Interrupts that the processors have not taken yet: whoever lets time pass has them taken. */
export class PendingInterrupts {
  private readonly pending = new Set<() => void>();

  /** Once, however often it is raised before it is taken. */
  raise(handler: () => void): void {
    this.pending.add(handler);
  }

  /** Until none is left, as a handler may well be the cause of another. */
  take(): void {
    for (const handler of this.pending) {
      this.pending.delete(handler);
      handler();
    }
  }
}
