import { errnoNumbers, failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { Struct } from '#uapi/codec.ts';
import type { Command } from '#uapi/ioctl.ts';
import { isErrno } from '../lib/errno.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { Task } from '../process.ts';
import type { UserCommand } from './user-command.ts';
import type { Kernel } from '../kernel.ts';

/** 0, or a number for the user such as a file descriptor, or an errno. */
export type CommandResult = number | ErrnoName | undefined;

export interface CommandRow {
  readonly command: Command;
  execute(command: UserCommand): CommandResult;
}

export function row<S extends Struct>(
  command: Command<S>,
  execute: (command: UserCommand<S>) => CommandResult,
): CommandRow {
  return { command, execute: execute as unknown as CommandRow['execute'] };
}

/** The number of the first command. */
const COMMAND_BASE = 0x80;

/** main.c: iommufd_fops_ioctl(): the frame that all commands share. ABI-01 */
export class Dispatcher {
  private readonly rows = new Map<number, CommandRow>();
  private readonly end: number;
  private readonly kernel: Kernel;

  constructor(kernel: Kernel, rows: readonly CommandRow[]) {
    this.kernel = kernel;
    for (const entry of rows) this.rows.set(entry.command.request & 0xff, entry);
    this.end = Math.max(...this.rows.keys()) + 1;
  }

  /** Numbers outside the table belong to the VFIO container that an iommufd can be. ABI-03 MOCK-03 */
  serves(request: number): boolean {
    const number = request & 0xff;
    return number >= COMMAND_BASE && number < this.end;
  }

  ioctl(task: Task, request: number, address: bigint): number {
    const command = this.load(task, request, address);
    if (isErrno(command)) return failure(command);
    const result = this.rows.get(request & 0xff)?.execute(command);
    return typeof result === 'string' ? -errnoNumbers[result] : (result ?? 0);
  }

  /** The size is read before the number is compared. ABI-02 04 05 06 MOCK-01 */
  private load(task: Task, request: number, address: bigint): UserCommand | ErrnoName {
    const head = task.memory.copyFromUser(address, 4);
    if (isErrno(head)) return head;
    const userSize = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    const entry = this.rows.get(request & 0xff);
    if (entry?.command.request !== request) return 'ENOTTY';
    if (userSize < entry.command.minSize) return 'EINVAL';
    const { struct } = entry.command;
    const bytes = this.copyStruct(task, address, { userSize, size: struct.size });
    if (isErrno(bytes)) return bytes;
    return new this.kernel.parts.UserCommand({ task, struct, address, userSize, bytes });
  }

  /** copy_struct_from_user(): what this kernel does not know must be zero. ABI-07 08 09 10 11 */
  protected copyStruct(
    task: Task,
    address: bigint,
    { userSize, size }: { userSize: number; size: number },
  ): Uint8Array | ErrnoName {
    const error = this.checkTail(task, address + BigInt(size), userSize - size);
    if (error) return error;
    const head = task.memory.copyFromUser(address, Math.min(userSize, size));
    if (isErrno(head)) return head;
    const bytes = new Uint8Array(size);
    bytes.set(head);
    return bytes;
  }

  /** check_zeroed_user(), page by page: what comes first decides between E2BIG and EFAULT. */
  protected checkTail(task: Task, address: bigint, length: number): ErrnoName | undefined {
    let next = address;
    const end = address + BigInt(Math.max(length, 0));
    while (next < end) {
      const piece = Number(PAGE_SIZE - (next % PAGE_SIZE));
      const bytes = task.memory.copyFromUser(next, Math.min(piece, Number(end - next)));
      if (isErrno(bytes)) return bytes;
      if (bytes.some((byte) => byte !== 0)) return 'E2BIG';
      next += BigInt(piece);
    }
    return undefined;
  }
}
