let reason: string | undefined;

/** Scenarios of this process that have not begun are skipped from now on: nobody looks at them any more. */
export function skipRest(because: string): void {
  reason = because;
}

/** Why the run is over, where it is. */
export function whyStopped(): string | undefined {
  return reason;
}
