import { s32, struct, text, u32, type Struct } from '#uapi/codec.ts';
import { iommufdCommands } from '#uapi/iommufd/index.ts';
import type { Command, PlainArgument } from '#uapi/ioctl.ts';
import {
  containerCommands,
  deviceCommands,
  groupCommands,
  type VfioCommand,
} from '#uapi/vfio/index.ts';

export type AnyCommand = Command<Struct>;

/** A request without a struct in the tables: it gets one with nothing but its size. */
function raw(name: string, request: number): AnyCommand {
  return { name, request, struct: struct(name, { size: u32, value: u32 }), minSize: 4 };
}

/** Bytes of the longest name of a device that a scenario passes. */
const longestName = 64;

/** What a command without a struct of its own points to. */
const pointedTo: Readonly<Partial<Record<PlainArgument, Struct>>> = {
  'a pointer to an fd': struct('int', { fd: s32 }),
  'a pointer to a string': struct('char[]', { name: text(longestName) }),
};

function tabled(command: VfioCommand): AnyCommand {
  if ('struct' in command) return command;
  const { name, request, argument } = command;
  const pointed = pointedTo[argument];
  if (pointed === undefined) return raw(name, request);
  return { name, request, struct: pointed, minSize: pointed.size };
}

const ofDevice = deviceCommands.map(tabled);
const ofGroup = groupCommands.map(tabled);
const ofContainer = containerCommands.map(tabled);

const known = new Map<string, AnyCommand>(
  [...iommufdCommands, ...ofContainer, ...ofGroup, ...ofDevice].map((command) => [
    command.name,
    command,
  ]),
);

/** A command by its C name, or `ioctl 0x3b7f`. */
export function commandNamed(name: string): AnyCommand {
  const [, request] = /^ioctl (0x[0-9a-f]+)$/.exec(name) ?? [];
  if (request !== undefined) return raw(name, Number(request));
  const command = known.get(name);
  if (command === undefined) throw new Error(`no command named ${name} in the uAPI tables`);
  return command;
}

/** What a command is for: all but those of VFIO devices and groups go to an iommufd, those of a container as well. */
export function targetOf(command: AnyCommand): 'device' | 'group' | 'iommufd' {
  if (ofGroup.includes(command)) return 'group';
  return ofDevice.includes(command) ? 'device' : 'iommufd';
}
