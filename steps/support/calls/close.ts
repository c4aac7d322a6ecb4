import type { Fd } from '#port/process.ts';

import type { ProcessHandle } from '../handles.ts';
import type { World } from '../world.ts';

/** The outcome is that of the call. */
export async function closeFile(world: World, { port }: ProcessHandle, fd: Fd): Promise<void> {
  const result = await port.close(fd);
  world.trace.add(`close(${fd})`, result);
  world.conclude({ name: 'close', result });
}
