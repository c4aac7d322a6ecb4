import { recordNamed } from '#commands/index.ts';
import { bare } from '#commands/record.ts';
import type { Command } from '#uapi/ioctl.ts';

/** A command by its C name, or `ioctl 0x3b7f`. */
export function commandNamed(name: string): Command {
  const [, request] = /^ioctl (0x[0-9a-f]+)$/.exec(name) ?? [];
  if (request !== undefined) return bare(name, Number(request));
  const record = recordNamed(name);
  if (record === undefined) throw new Error(`no command named ${name} in the uAPI tables`);
  return record.command;
}

/** What a command is for: all but those of VFIO devices and groups go to an iommufd, those of a container as well. */
export function targetOf({ name }: Command): 'device' | 'group' | 'iommufd' {
  const on = recordNamed(name)?.on;
  return on === 'device' || on === 'group' ? on : 'iommufd';
}
