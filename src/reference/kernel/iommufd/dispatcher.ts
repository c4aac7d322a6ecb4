import { errnoNumbers, failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { Struct } from '#uapi/codec.ts';
import type { Command } from '#uapi/ioctl.ts';
import { copyStructFromUser, sizeOf } from '../mm/copy-struct.ts';
import { isErrno } from '../lib/errno.ts';
import type { Task } from '../fs/process.ts';
import type { UserCommand } from './user-command.ts';
import type { IommufdKernel } from './kernel.ts';

/** 0, or a number for the user such as a file descriptor, or an errno. */
export type CommandResult = number | ErrnoName | undefined;

export interface CommandRow {
  readonly command: Command;
  execute(command: UserCommand): CommandResult;
}

/** Commands that belong together. */
export interface CommandSource {
  rows(): CommandRow[];
}

export function row<S extends Struct>(
  command: Command<S>,
  execute: (command: UserCommand<S>) => CommandResult,
): CommandRow {
  return { command, execute };
}

/** The number of the first command. */
const COMMAND_BASE = 0x80;

/** main.c: iommufd_fops_ioctl(): the frame that all commands share. ABI-01 */
export class Dispatcher {
  protected readonly rows = new Map<number, CommandRow>();
  protected readonly end: number;
  protected readonly kernel: IommufdKernel;

  constructor(kernel: IommufdKernel, rows: readonly CommandRow[]) {
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
    const result = this.find(request)?.execute(command);
    return typeof result === 'string' ? -errnoNumbers[result] : (result ?? 0);
  }

  /** The size is read before the number is compared. ABI-02 04 05 06 MOCK-01 */
  protected load(task: Task, request: number, address: bigint): UserCommand | ErrnoName {
    const userSize = sizeOf(task.memory, address);
    if (isErrno(userSize)) return userSize;
    const command = this.find(request)?.command;
    if (!command) return 'ENOTTY';
    const { struct } = command;
    const bytes = this.copyStruct(task, address, command);
    if (isErrno(bytes)) return bytes;
    return new this.kernel.parts.iommufd.UserCommand({ task, struct, address, userSize, bytes });
  }

  /** By all of the request, not only by its number. ABI-02 */
  protected find(request: number): CommandRow | undefined {
    const entry = this.rows.get(request & 0xff);
    return entry?.command.request === request ? entry : undefined;
  }

  /** ABI-06 07 08 09 10 11 */
  protected copyStruct(task: Task, address: bigint, command: Command): Uint8Array | ErrnoName {
    const { struct, minSize } = command;
    return copyStructFromUser(task.memory, address, { minSize, size: struct.size });
  }
}
