import { AssertionError } from 'chai';

import { failure } from '#uapi/errno.ts';
import { IOMMU_IOAS_IOVA_RANGES } from '#uapi/iommufd/ioas.ts';
import { hex } from '#uapi/strace.ts';

import { describeContainer, isMappedIn } from './containers.ts';
import { charges, isMapped, usableIovas } from './probes.ts';
import type { KnownMapping, World } from '../world.ts';

/**
 * All that "nothing has changed" looks at, as lines of text: what each known IOAS allows, whether each mapping that the
 * scenario ever made is there, and what each process is charged with.
 */
export type Snapshot = ReadonlyMap<string, string>;

export async function takeSnapshot(world: World): Promise<Snapshot> {
  const lines = new Map<string, string>();
  for (const { name, id, iommufd } of world.handles.all('ioas')) {
    lines.set(`IOAS "${name}"`, await describeIoas(world, iommufd.fd, id));
  }
  for (const container of world.handles.all('container')) {
    lines.set(`container "${container.name}"`, await describeContainer(world, container));
  }
  for (const mapping of world.containerMappings) {
    const { container, iova, length } = mapping;
    const what = `mapping ${hex(iova)} .. +${hex(length)} in container "${container.name}"`;
    const there = await isMappedIn(world, container, mapping);
    lines.set(what, there === undefined ? 'mapped in part' : there ? 'mapped' : 'not mapped');
  }
  for (const mapping of world.mappings) {
    lines.set(describeMapping(mapping), await presence(world, mapping));
  }
  if (world.running.description.features.includes('proc')) {
    for (const process of world.handles.all('process').filter(({ exited }) => !exited)) {
      const { pinned, locked } = await charges(world, process);
      lines.set(`process "${process.name}"`, `${pinned} bytes pinned, ${locked} locked`);
    }
  }
  return lines;
}

async function describeIoas(world: World, iommufd: number, ioas: number): Promise<string> {
  const { result } = await world.probe(
    world.it,
    { fd: iommufd, command: IOMMU_IOAS_IOVA_RANGES },
    { ioas_id: ioas },
  );
  // With no room for ranges a live IOAS says EMSGSIZE; anything else is its own description.
  const gone = result !== failure('EMSGSIZE');
  if (gone) return `IOMMU_IOAS_IOVA_RANGES returned ${result}`;
  const { ranges, alignment } = await usableIovas(world, { iommufd, ioas });
  const shown = ranges.map(({ start, last }) => `${hex(start)}-${hex(last)}`);
  return `${shown.join(' ')} aligned to ${alignment}`;
}

function describeMapping({ ioas, iova, length }: KnownMapping): string {
  return `mapping ${hex(iova)} .. +${hex(length)} in IOAS ${ioas}`;
}

async function presence(world: World, mapping: KnownMapping): Promise<string> {
  const { iommufd, ioas, iova, length } = mapping;
  const there = await isMapped(world, { iommufd, ioas }, iova, length);
  return there ? 'mapped' : 'not mapped';
}

/** Each difference in words. */
export function differences(before: Snapshot, after: Snapshot): readonly string[] {
  return [...before]
    .filter(([what, state]) => after.has(what) && after.get(what) !== state)
    .map(([what, state]) => `${what} was: ${state}; is: ${after.get(what)}`);
}

/** Throws where the two differ. */
export function compareSnapshots(before: Snapshot, after: Snapshot): void {
  const changes = differences(before, after);
  if (changes.length > 0) throw new AssertionError(`something has changed: ${changes.join('; ')}`);
}
