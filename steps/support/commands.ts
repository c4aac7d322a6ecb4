import { struct, u32, type Struct } from '#uapi/codec.ts';
import { iommufdCommands } from '#uapi/iommufd/index.ts';
import type { Command } from '#uapi/ioctl.ts';
import { containerCommands, deviceCommands, type VfioCommand } from '#uapi/vfio/index.ts';

export type AnyCommand = Command<Struct>;

/** A request without a struct in the tables: it gets one with nothing but its size. */
function raw(name: string, request: number): AnyCommand {
  return { name, request, struct: struct(name, { size: u32, value: u32 }), minSize: 4 };
}

function tabled(command: VfioCommand): AnyCommand {
  return 'struct' in command ? command : raw(command.name, command.request);
}

const ofDevice = deviceCommands.map(tabled);
const ofContainer = containerCommands.map(tabled);

const known = new Map<string, AnyCommand>(
  [...iommufdCommands, ...ofContainer, ...ofDevice].map((command) => [command.name, command]),
);

/** A command by its C name, or `ioctl 0x3b7f`. */
export function commandNamed(name: string): AnyCommand {
  const [, request] = /^ioctl (0x[0-9a-f]+)$/.exec(name) ?? [];
  if (request !== undefined) return raw(name, Number(request));
  const command = known.get(name);
  if (command === undefined) throw new Error(`no command named ${name} in the uAPI tables`);
  return command;
}

/** Commands of a VFIO device fd; all others go to an iommufd, those of a VFIO container as well. */
export function isDeviceCommand(command: AnyCommand): boolean {
  return ofDevice.includes(command);
}
