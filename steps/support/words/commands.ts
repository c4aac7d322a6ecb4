import { recordNamed } from '#commands/index.ts';
import { bare } from '#commands/record.ts';
import type { Command } from '#uapi/ioctl.ts';

import type { Handle } from '../handles.ts';
import type { World } from '../world.ts';

/** A command by its C name, or `ioctl 0x3b7f`. */
export function commandNamed(name: string): Command {
  const [, request] = /^ioctl (0x[0-9a-f]+)$/.exec(name) ?? [];
  if (request !== undefined) return bare(name, Number(request));
  const record = recordNamed(name);
  if (record === undefined) throw new Error(`no command named ${name} in the uAPI tables`);
  return record.command;
}

/** What a command is for. What a container takes goes to an iommufd where the scenario has no container, and the other way round. */
export function targetOf({ handles }: World, { name }: Command): Handle {
  const on = recordNamed(name)?.on;
  if (on === 'migration') return handles.first('migration data');
  if (on === 'device' || on === 'group') return handles.first(on);
  const [container] = handles.all('container');
  const [iommufd] = handles.all('iommufd');
  const target = on === 'container' ? (container ?? iommufd) : (iommufd ?? container);
  return target ?? handles.first('iommufd');
}
