import type { Struct, Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { Task } from '../fs/process.ts';

/** The values of a struct as its command sees them. */
export type Fields<S> = Value<S>;

/** main.c: struct iommufd_ucmd: one command on its way through the kernel. */
export class UserCommand<S extends Struct = Struct> {
  readonly task: Task;
  /** Bytes missing at the end of the user's struct are zero. ABI-07 */
  readonly fields: Value<S>;
  protected readonly struct: S;
  protected readonly address: bigint;
  protected readonly userSize: number;
  protected readonly bytes: Uint8Array;

  constructor(call: {
    task: Task;
    struct: S;
    address: bigint;
    userSize: number;
    bytes: Uint8Array;
  }) {
    this.task = call.task;
    this.struct = call.struct;
    this.address = call.address;
    this.userSize = call.userSize;
    this.bytes = call.bytes;
    this.fields = call.struct.unpack(call.bytes) as Value<S>;
  }

  /**
   * iommufd_ucmd_respond(): the struct with some fields changed, as far as the user's struct reaches. EFAULT.
   * ABI-12 13 14 15 16 20 IOAS-COPY-24
   */
  respond(changed: Partial<Value<S>>): ErrnoName | undefined {
    this.struct.encode(new DataView(this.bytes.buffer), 0, { ...changed });
    return this.task.memory.copyToUser(this.address, this.bytes.subarray(0, this.copiedBack));
  }

  /** Bytes. ABI-12 13 */
  protected get copiedBack(): number {
    return Math.min(this.userSize, this.struct.size);
  }

  /** Writes one field back and nothing else. OPT-20 */
  putUser(field: string & keyof Value<S>, value: unknown): ErrnoName | undefined {
    const codec = this.struct.codecs[field];
    const offset = this.struct.fields.find(({ name }) => name === field)?.offset ?? 0;
    const bytes = new Uint8Array(codec?.size ?? 0);
    codec?.encode(new DataView(bytes.buffer), 0, value);
    return this.task.memory.copyToUser(this.address + BigInt(offset), bytes);
  }
}
