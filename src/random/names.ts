import type { FileKind } from '#commands/field.ts';
import { makesOf, wordFor } from '#commands/index.ts';
import type { Made } from '#commands/record.ts';

import type { Call, Operand, Who } from './call.ts';
import { closedFd } from './actor.ts';
import type { Observation } from './observation.ts';
import { fieldOf } from './call.ts';

/** Names for what the calls of a sequence make, so that a scenario does not depend on numbers. */
export class Names {
  readonly #counts = new Map<string, number>();
  readonly #objects = new Map<bigint, string>();
  readonly #files = new Map<string, string>();
  /** Where the last automatic map or copy landed. */
  landed: bigint | undefined;

  /** `child 2`, say: the next of its kind. */
  next(word: string): number {
    const count = (this.#counts.get(word) ?? 0) + 1;
    this.#counts.set(word, count);
    return count;
  }

  get child(): string {
    return `process "child ${this.#counts.get('child') ?? 1}"`;
  }

  object(id: bigint): string | undefined {
    return this.#objects.get(id);
  }

  /** Undefined for one that is closed, or never was. */
  file(who: Who, fd: bigint): string | undefined {
    return this.#files.get(`${who}:${fd}`);
  }

  /** The child has what the parent has. */
  fork(): void {
    for (const [key, name] of [...this.#files])
      this.#files.set(key.replace(/^it:/, 'child:'), name);
  }

  close(fd: bigint): void {
    this.#files.delete(`it:${fd}`);
  }

  /** Names for all that a call has made: `IOAS "1"`. */
  learn(call: Extract<Call, { kind: 'ioctl' }>, who: Who, observation: Observation): string[] {
    const { result, fields, after } = observation;
    if (result < 0 || after === undefined) return [];
    return makesOf(call.command, fields.get('op')).flatMap((made) => {
      const at = (path: string): bigint =>
        path === 'result' ? BigInt(result) : fieldOf(call.command, after, path);
      const id = made.id === undefined ? undefined : at(made.id);
      const known = id === undefined ? undefined : this.object(id);
      if (made.reused === true && known?.startsWith('HWPT') === true) return [];
      const name = this.#name(made, id);
      if (made.fd !== undefined) this.#files.set(`${who}:${at(made.fd)}`, name);
      return [name];
    });
  }

  #name({ kind }: Made, id: bigint | undefined): string {
    const word = wordFor(kind);
    const name = `${word} "${this.next(word)}"`;
    if (id !== undefined) this.#objects.set(id, name);
    return name;
  }

  /** What stands in a table for a field. */
  cell(operand: Operand, number: bigint, who: Who): string {
    switch (operand.kind) {
      case 'bad pointer':
        return 'a bad pointer';
      case 'buffer':
        return place(operand.name, operand.offset);
      case 'id':
        return this.object(number) ?? String(number);
      case 'file':
        return this.#fileCell(operand.of, number, who);
      case 'mapped':
        return operand.part === 'iova' && number === this.landed
          ? 'the new IOVA'
          : shownNumber(number);
      case 'value':
        return shownNumber(number);
    }
  }

  #fileCell(kind: FileKind, fd: bigint, who: Who): string {
    if (fd === BigInt(closedFd)) return 'a closed fd';
    return kind === 'memfd' ? 'memfd "file"' : (this.file(who, fd) ?? String(fd));
  }
}

function place(name: string, offset: bigint): string {
  return offset === 0n ? `buffer "${name}"` : `buffer "${name}" + ${offset} bytes`;
}

export function shownNumber(number: bigint): string {
  return number > 0xffffn ? `0x${number.toString(16)}` : String(number);
}
