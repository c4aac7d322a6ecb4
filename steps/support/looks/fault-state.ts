import { errnoName } from '#uapi/errno.ts';
import { IOMMU_IOAS_ALLOC } from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { IOMMU_TEST_OP_MD_CHECK_MAP, IOMMU_TEST_OP_MD_CHECK_REFS } from '#uapi/iommufd/selftest.ts';
import { hex } from '#uapi/strace.ts';

import { demand } from '../calls/scratch.ts';
import { testCommand } from '../calls/test-command.ts';
import type { FaultyCall } from './faults.ts';
import type { IommufdHandle } from '../handles.ts';
import { takeSnapshot, type Snapshot } from './snapshot.ts';
import type { World } from '../world.ts';

/** Pins that a page of a scenario carries at most. */
const mostPins = 4;

/**
 * What "nothing has changed" looks at, and what an error path may forget besides: object ids, file descriptors, pins of
 * pages, and pages that a page table leads to.
 */
export async function takeFaultState(world: World, call: FaultyCall): Promise<Snapshot> {
  const lines = new Map(await takeSnapshot(world));
  const iommufd = world.handles.first('iommufd');
  lines.set('the next object id', await nextId(world, iommufd));
  const fd = demand('open of /dev/null', await world.it.port.open('/dev/null', 0));
  demand('close of /dev/null', await world.it.port.close(fd));
  lines.set('the next file descriptor', String(fd));
  for (const buffer of world.handles.all('buffer')) {
    const pins = await pinsOf(world, iommufd, buffer);
    lines.set(`the pages of buffer "${buffer.name}"`, `${pins} pins each`);
  }
  for (const [what, state] of await translations(world, iommufd, call)) lines.set(what, state);
  return lines;
}

async function nextId(world: World, { fd }: IommufdHandle): Promise<string> {
  const { result, fields } = await world.probe(world.it, { fd, command: IOMMU_IOAS_ALLOC }, {});
  demand('IOMMU_IOAS_ALLOC, which tells the next id', result);
  const id = Number(fields?.['out_ioas_id']);
  const gone = await world.probe(world.it, { fd, command: IOMMU_DESTROY }, { id });
  demand('IOMMU_DESTROY of the IOAS that told it', gone.result);
  return String(id);
}

async function pinsOf(
  world: World,
  iommufd: IommufdHandle,
  { address: uptr, length }: { readonly address: bigint; readonly length: bigint },
): Promise<string> {
  for (let refs = 0; refs <= mostPins; refs++) {
    const operation = { check_refs: { uptr, length, refs } };
    const call = testCommand(iommufd.fd, IOMMU_TEST_OP_MD_CHECK_REFS, operation);
    const { result } = await world.probe(world.it, ...call);
    if (result >= 0) return String(refs);
  }
  return 'different numbers of';
}

/** Whether each page table leads from the first IOVAs of the call, if it has such, to its memory: one entry is enough. */
async function translations(
  world: World,
  iommufd: IommufdHandle,
  { values }: FaultyCall,
): Promise<Snapshot> {
  const lines = new Map<string, string>();
  const { iova, user_va: uptr } = values as Record<string, unknown>;
  if (typeof iova !== 'bigint' || typeof uptr !== 'bigint') return lines;
  const tables = [...world.handles.all('hwpt'), ...world.handles.all('device')];
  for (const table of tables) {
    const id = table.kind === 'device' ? table.hwpt : table.id;
    const operation = { check_map: { iova, length: world.pageSize, uptr } };
    const call = testCommand(iommufd.fd, IOMMU_TEST_OP_MD_CHECK_MAP, operation, id);
    const { result } = await world.probe(world.it, ...call);
    const name = `the way from ${hex(iova)} by ${table.kind} "${table.name}"`;
    lines.set(name, result < 0 ? errnoName(Number(result)) : 'leads to the buffer');
  }
  return lines;
}
