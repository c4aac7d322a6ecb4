import { AssertionError } from 'chai';

import type { Struct, Values } from '#uapi/codec.ts';
import type { Command } from '#uapi/ioctl.ts';
import { IOMMU_TEST_CMD, IOMMU_TEST_OP_DMABUF_GET } from '#uapi/iommufd/selftest.ts';
import { showStruct } from '#uapi/strace.ts';
import type { Fd, Process } from '#port/process.ts';

import type { CallRecord } from './outcome.ts';
import { demandMemory, type Scratch } from './scratch.ts';
import type { Trace } from './trace.ts';

/** How the struct of a call lies in memory; `plain` unless a scenario is about just that. */
export type Form =
  | { readonly kind: 'plain' }
  | { readonly kind: 'size'; readonly of: (command: Command) => number }
  | { readonly kind: 'appended'; readonly bytes: number; readonly last: number }
  | { readonly kind: 'null pointer' }
  | { readonly kind: 'bad pointer' }
  | { readonly kind: 'read-only memory' }
  | { readonly kind: 'runs into bad memory' }
  /** In memory of the scenario, of which only `length` bytes are the struct's, and only their number is stored. */
  | { readonly kind: 'in a buffer'; readonly address: bigint; readonly length: number }
  /** No struct at all: the argument is a number. */
  | { readonly kind: 'argument'; readonly value: bigint };

export const plain: Form = { kind: 'plain' };

/** Bytes that no call may touch, right behind the struct. */
const canary = 0xa5;
const canaryLength = 32;

export type CallValues<S extends Struct> = Partial<Values<S['codecs']>>;

/** Where the suite writes and reads the struct, and the address that the kernel is given. */
interface Placement {
  readonly suite: bigint | undefined;
  readonly kernel: bigint;
}

export interface CallSite {
  readonly process: Pick<Process, 'store' | 'load' | 'ioctl'>;
  readonly scratch: Scratch;
  readonly trace: Trace;
}

/** One ioctl(2) on a struct, which is checked for bytes written where none may be. */
export async function callIoctl<S extends Struct>(
  site: CallSite,
  fd: Fd,
  command: Command<S>,
  values: CallValues<S>,
  form: Form = plain,
): Promise<CallRecord> {
  if (form.kind === 'in a buffer') return callInBuffer(site, fd, command, form);
  const { process, trace } = site;
  const bytes = layOut(command, values, form);
  const { suite, kernel } = place(site.scratch, bytes.length, form);
  const stored = suite === undefined ? undefined : process.store(suite, bytes);
  const answer = process.ioctl(fd, command.request, kernel);
  const loaded = suite === undefined ? undefined : process.load(suite, bytes.length);
  const [signal, result, after] = await Promise.all([stored, answer, loaded]);
  demandMemory(`store of the struct of ${command.name}`, signal);
  const found = after instanceof Uint8Array ? after : undefined;
  const shown = result >= 0 && found !== undefined ? found : bytes;
  const given = shown.subarray(0, bytes.length - tailOf(form));
  trace.add(() => `ioctl(${fd}, ${command.name}, ${showArgument(command, form, given)})`, result);
  return record(command, { bytes, found, result, form });
}

/** What the call made of the buffer is for the scenario to look at. */
async function callInBuffer(
  { process, trace }: CallSite,
  fd: Fd,
  command: Command,
  { address, length }: Extract<Form, { kind: 'in a buffer' }>,
): Promise<CallRecord> {
  const signal = await process.store(address, new Uint8Array(Uint32Array.of(length).buffer));
  demandMemory(`store of the size for ${command.name}`, signal);
  const result = await process.ioctl(fd, command.request, address);
  trace.add(`ioctl(${fd}, ${command.name}, ${length} bytes at ${address.toString(16)})`, result);
  return { name: command.name, command, result };
}

function showArgument({ struct }: Command, form: Form, bytes: Uint8Array): string {
  return form.kind === 'argument' ? String(form.value) : showStruct(struct, struct.unpack(bytes));
}

/** The test command has a number to tell for one of its operations alone. */
function returns(command: Command, bytes: Uint8Array): boolean {
  if (command.request !== IOMMU_TEST_CMD.request) return command.returns !== undefined;
  return IOMMU_TEST_CMD.struct.unpack(bytes).op === IOMMU_TEST_OP_DMABUF_GET;
}

function record(
  command: Command,
  call: {
    readonly bytes: Uint8Array;
    readonly found: Uint8Array | undefined;
    readonly result: number;
    readonly form: Form;
  },
): CallRecord {
  const { bytes, found, result, form } = call;
  if (result > 0 && !returns(command, bytes)) {
    throw new AssertionError(
      `${command.name} returned ${result}; it returns 0 or a negative errno`,
    );
  }
  const given = bytes.length - tailOf(form);
  const base = { name: command.name, command, result, before: bytes.slice(0, given) };
  if (found === undefined) return base;
  const touched = found.subarray(given).findIndex((byte) => byte !== canary);
  if (touched >= 0) {
    throw new AssertionError(
      `${command.name} wrote byte ${given + touched}, behind the ${given} bytes it was given`,
    );
  }
  return { ...base, after: found.slice(0, given), fields: command.struct.unpack(found) };
}

function place(scratch: Scratch, length: number, form: Form): Placement {
  switch (form.kind) {
    case 'null pointer':
      return { suite: undefined, kernel: 0n };
    case 'bad pointer':
      return { suite: undefined, kernel: scratch.end };
    case 'argument':
      return { suite: undefined, kernel: form.value };
    case 'read-only memory':
      return { suite: scratch.aliasWritable, kernel: scratch.aliasReadOnly };
    case 'runs into bad memory': {
      const address = scratch.end - BigInt(length);
      return { suite: address, kernel: address };
    }
    default:
      return { suite: scratch.writable, kernel: scratch.writable };
  }
}

/** Bytes of canary. */
function tailOf({ kind }: Form): number {
  return kind === 'runs into bad memory' ? 0 : canaryLength;
}

/** The struct, what the form appends, and the canary. The first field is `size` or `argsz`. */
function layOut<S extends Struct>(
  command: Command<S>,
  values: CallValues<S>,
  form: Form,
): Uint8Array {
  const packed = command.struct.pack(values);
  const appended = form.kind === 'appended' ? form.bytes : 0;
  const bytes = new Uint8Array(packed.length + appended + tailOf(form)).fill(canary);
  bytes.set(packed);
  bytes.fill(0, packed.length, packed.length + appended);
  if (form.kind === 'appended') bytes[packed.length + appended - 1] = form.last;
  const [first] = command.struct.fields;
  if (first !== undefined && values[first.name] === undefined) {
    new DataView(bytes.buffer).setUint32(0, sizeOf(command, form, packed.length), true);
  }
  return bytes;
}

/** How far a struct that runs into bad memory claims to go, bytes. */
const overrun = 16;

/** With `length` bytes of struct and what follows it. */
function sizeOf(command: Command, form: Form, length: number): number {
  switch (form.kind) {
    case 'size':
      return form.of(command);
    case 'appended':
      return command.struct.size + form.bytes;
    case 'runs into bad memory':
      return command.struct.size + overrun;
    default:
      return length;
  }
}
