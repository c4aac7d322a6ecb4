import { showResult } from '#uapi/strace.ts';

/** What a system call did, for people who read strace. */
export class Trace {
  /** Most traces are never read: what costs something to write is written then. */
  readonly #lines: (() => string)[] = [];

  add(call: string | (() => string), result: number | bigint | string): void {
    const shown = typeof call === 'string' ? () => call : call;
    this.#lines.push(() => `${shown()} = ${showResult(result)}`);
  }

  note(text: string): void {
    this.#lines.push(() => `/* ${text} */`);
  }

  get text(): string {
    return this.#lines.map((line) => line()).join('\n');
  }
}
