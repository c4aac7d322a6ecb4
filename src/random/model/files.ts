import type { Who } from '../call.ts';

/** What open files stand for, by process and file descriptor: after a fork two descriptors may mean the same. */
export class Files<T> {
  readonly #open = new Map<string, T>();

  add(who: Who, fd: bigint | number, file: T): void {
    this.#open.set(`${who}:${fd}`, file);
  }

  get(who: Who, fd: bigint): T | undefined {
    return this.#open.get(`${who}:${fd}`);
  }

  all(): ReadonlySet<T> {
    return new Set(this.#open.values());
  }

  /** The child has what the parent has. */
  fork(): void {
    for (const [name, file] of [...this.#open])
      this.#open.set(name.replace(/^it:/, 'child:'), file);
  }

  /** What went with it, if that was its last file descriptor. */
  close(who: Who, fd: number): readonly T[] {
    return this.#drop([`${who}:${fd}`]);
  }

  exit(who: Who): readonly T[] {
    return this.#drop([...this.#open.keys()].filter((name) => name.startsWith(`${who}:`)));
  }

  #drop(names: readonly string[]): T[] {
    const dropped = names.flatMap((name) => this.#open.get(name) ?? []);
    for (const name of names) this.#open.delete(name);
    const left = this.all();
    return [...new Set(dropped)].filter((file) => !left.has(file));
  }
}
