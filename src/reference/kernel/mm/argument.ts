import type { Struct, Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { isErrno } from '../lib/errno.ts';
import type { UserMemory } from './user-memory.ts';

/** The struct behind the argument of a command: the user says in `argsz` how much of it there is. */
export class UserArgument<S extends Struct> {
  readonly fields: Value<S>;
  protected readonly memory: UserMemory;
  protected readonly struct: S;
  protected readonly address: bigint;

  constructor(call: { memory: UserMemory; struct: S; address: bigint; bytes: Uint8Array }) {
    this.memory = call.memory;
    this.struct = call.struct;
    this.address = call.address;
    this.fields = call.struct.unpack(call.bytes) as Value<S>;
  }

  /** put_user() of one field. */
  put(field: string & keyof Value<S>, value: number): ErrnoName | undefined {
    const offset = this.struct.fields.find(({ name }) => name === field)?.offset ?? 0;
    const bytes = new Uint8Array(Uint32Array.of(value).buffer);
    return this.putAt(offset, bytes);
  }

  /** What is told so many bytes after the struct begins. */
  putAt(offset: number, bytes: Uint8Array): ErrnoName | undefined {
    return this.memory.copyToUser(this.address + BigInt(offset), bytes);
  }

  /** The first `length` bytes of the struct, with these values. */
  respond(values: Partial<Value<S>>, length: number): ErrnoName | undefined {
    const bytes = this.struct.pack({ ...this.fields, ...values });
    return this.memory.copyToUser(this.address, bytes.subarray(0, length));
  }
}

/**
 * copy_from_user() of `size` bytes, of which the first four say how many there are: EFAULT, and EINVAL for fewer than
 * `minSize`. What lies beyond `argsz` is not looked at.
 */
export function loadArgument<S extends Struct>(
  memory: UserMemory,
  address: bigint,
  { struct, minSize }: { struct: S; minSize: number },
): UserArgument<S> | ErrnoName {
  const head = memory.copyFromUser(address, minSize);
  if (isErrno(head)) return head;
  const argsz = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  if (argsz < minSize) return 'EINVAL';
  const bytes = memory.copyFromUser(address, Math.min(argsz, struct.size));
  return isErrno(bytes) ? bytes : new UserArgument({ memory, struct, address, bytes });
}
