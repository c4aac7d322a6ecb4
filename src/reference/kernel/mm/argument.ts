import type { Struct, Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { isErrno } from '../lib/errno.ts';
import type { Task } from '../fs/process.ts';

/** The struct behind the argument of a VFIO command: the user says in `argsz` how much of it there is. */
export class VfioArgument<S extends Struct> {
  readonly task: Task;
  readonly fields: Value<S>;
  protected readonly struct: S;
  protected readonly address: bigint;

  constructor(call: { task: Task; struct: S; address: bigint; bytes: Uint8Array }) {
    this.task = call.task;
    this.struct = call.struct;
    this.address = call.address;
    this.fields = call.struct.unpack(call.bytes) as Value<S>;
  }

  /** put_user() of one field. */
  put(field: string & keyof Value<S>, value: number): ErrnoName | undefined {
    const offset = this.struct.fields.find(({ name }) => name === field)?.offset ?? 0;
    const bytes = new Uint8Array(Uint32Array.of(value).buffer);
    return this.task.memory.copyToUser(this.address + BigInt(offset), bytes);
  }

  /** The first `length` bytes of the struct, with these values. */
  respond(values: Partial<Value<S>>, length: number): ErrnoName | undefined {
    const bytes = this.struct.pack({ ...this.fields, ...values });
    return this.task.memory.copyToUser(this.address, bytes.subarray(0, length));
  }
}

/**
 * copy_from_user() of `size` bytes, of which the first four say how many there are: EFAULT, and EINVAL for fewer than
 * `minSize`. What lies beyond `argsz` is not looked at.
 */
export function loadArgument<S extends Struct>(
  task: Task,
  address: bigint,
  { struct, minSize }: { struct: S; minSize: number },
): VfioArgument<S> | ErrnoName {
  const head = task.memory.copyFromUser(address, minSize);
  if (isErrno(head)) return head;
  const argsz = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  if (argsz < minSize) return 'EINVAL';
  const bytes = task.memory.copyFromUser(address, Math.min(argsz, struct.size));
  return isErrno(bytes) ? bytes : new VfioArgument({ task, struct, address, bytes });
}
