import { pattern } from '../notation.ts';
import type { BufferHandle } from '../handles.ts';
import type { World } from '../world.ts';
import { demandMemory } from './scratch.ts';

/** What a buffer holds from the start: bytes that tell every page from every other. Longer ones are left untouched. */
const filledBytes = 2n ** 20n;

export async function fillBuffer(world: World, buffer: BufferHandle): Promise<void> {
  const { name, address, length, process } = buffer;
  const bytes = Number(length < filledBytes ? length : filledBytes);
  const stored = await process.port.store(address, pattern(name, bytes));
  demandMemory(`filling buffer "${name}"`, stored);
  world.trace.note(`buffer "${name}": ${bytes} bytes filled`);
}
