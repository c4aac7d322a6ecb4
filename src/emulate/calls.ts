import type { Command, PlainCommand } from '#uapi/ioctl.ts';
import { iommufdCommands } from '#uapi/iommufd/index.ts';
import {
  containerCommands,
  deviceCommands,
  groupCommands,
  migrationCommands,
} from '#uapi/vfio/index.ts';
import { VfioDeviceFile } from '#reference/kernel/vfio/device-file.ts';
import type { FileOperations } from '#reference/kernel/fs/file.ts';
import type { UserMemory } from '#reference/kernel/mm/user-memory.ts';

import type { MappedRegisters } from './memory/mapped-registers.ts';
import type { Answer, Request } from './messages.ts';

/** What the calls of programs are, for those who look at them. */

/** The caller, as far as it is looked at. */
export interface Caller {
  readonly pid: number;
  readonly memory: Pick<UserMemory, 'copyFromUser'> & {
    readonly registers: Pick<MappedRegisters, 'at'>;
  };
  /** Of the file that the call is about. */
  readonly operations: FileOperations | undefined;
}

/** Told of each call. */
export interface CallObserver {
  /** To be called before the call is carried out; what it returns, afterwards. */
  begin(request: Request, caller: Caller): (answer: Answer) => void;
}

/** A command with a struct, or one without. */
export type AnyCommand = Command | PlainCommand;

/** Numbers are used again by devices. */
const ofDevices = byNumber(deviceCommands);
const ofOthers = byNumber([
  ...migrationCommands,
  ...groupCommands,
  ...containerCommands,
  ...iommufdCommands,
]);
/** Structs that say that they are longer are looked at up to here. */
const LONGEST = 1024;

/** Undefined for a number that nobody knows. */
export function commandOf(number: number, { operations }: Caller): AnyCommand | undefined {
  return (operations instanceof VfioDeviceFile ? ofDevices : ofOthers).get(number);
}

export type Fields = Readonly<Record<string, unknown>>;

/** What of it can be read, up to the size that it says it has; undefined where not even that can. */
export function loadStruct(
  { struct }: Command,
  address: bigint,
  { memory }: Caller,
): Fields | undefined {
  const head = memory.copyFromUser(address, 4);
  if (typeof head === 'string') return undefined;
  const said = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  const bytes = memory.copyFromUser(address, Math.min(Math.max(said, 4), LONGEST));
  return typeof bytes === 'string' ? undefined : struct.unpack(bytes);
}

function byNumber(commands: readonly AnyCommand[]): ReadonlyMap<number, AnyCommand> {
  return new Map(commands.map((command) => [command.request, command]));
}
