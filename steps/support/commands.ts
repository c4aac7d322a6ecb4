import { struct, u32, type Struct } from '#uapi/codec.ts';
import { iommufdCommands } from '#uapi/iommufd/index.ts';
import type { Command } from '#uapi/ioctl.ts';
import { vfioDeviceCommands } from '#uapi/vfio/index.ts';

export type AnyCommand = Command<Struct>;

const known = new Map<string, AnyCommand>(
  [...iommufdCommands, ...vfioDeviceCommands].map((command) => [command.name, command]),
);

/** A request number that no table names: a struct with nothing but its size. */
function raw(name: string): AnyCommand {
  const request = Number(name.replace('ioctl ', ''));
  return { name, request, struct: struct(name, { size: u32, value: u32 }), minSize: 4 };
}

/** A command by its C name, or `ioctl 0x3b7f`. */
export function commandNamed(name: string): AnyCommand {
  if (name.startsWith('ioctl ')) return raw(name);
  const command = known.get(name);
  if (command === undefined) throw new Error(`no command named ${name} in the uAPI tables`);
  return command;
}

/** Commands of a VFIO device fd; all others go to an iommufd. */
export function isDeviceCommand(command: AnyCommand): boolean {
  return vfioDeviceCommands.some(({ name }) => name === command.name);
}
