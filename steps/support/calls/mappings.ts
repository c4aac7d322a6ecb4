import { recordNamed } from '#commands/index.ts';
import { IOMMU_IOAS_MAP_FIXED_IOVA, IOMMU_IOAS_NOIOMMU_GET_PA } from '#uapi/iommufd/ioas.ts';
import type { Fd } from '#port/process.ts';

import type { Handle, ObjectOf } from '../handles.ts';
import type { CallRecord } from './outcome.ts';
import type { KnownMapping, World } from '../world.ts';

function madeBy({ command, fields }: CallRecord): Pick<KnownMapping, 'made'> {
  return command === undefined || fields === undefined ? {} : { made: { command, fields } };
}

function ioasOf({ handles }: World, iommufd: Fd, id: unknown): ObjectOf<'ioas'> | undefined {
  return handles.all('ioas').find((ioas) => ioas.iommufd.fd === iommufd && ioas.id === id);
}

/** Keeps where memory is that a call asked for: nowhere, if it failed. */
export function rememberPhysical(world: World, iommufd: Fd, record: CallRecord): void {
  const { command, result, fields } = record;
  if (command !== IOMMU_IOAS_NOIOMMU_GET_PA) return;
  world.asked = ioasOf(world, iommufd, fields?.['ioas_id']);
  if (world.asked === undefined) return;
  const { out_phys: address, length } = fields as { out_phys: bigint; length: bigint };
  world.asked.physical = result < 0 ? undefined : { address, length };
}

/** The same of a container, which has no IOAS. */
export function rememberContainerMapping(world: World, on: Handle, record: CallRecord): void {
  const { name, result, fields } = record;
  if (
    on.kind !== 'container' ||
    name !== 'VFIO_IOMMU_MAP_DMA' ||
    result < 0 ||
    fields === undefined
  )
    return;
  const { iova, size: length } = fields as { iova: bigint; size: bigint };
  world.containerMappings.push({ container: on, iova, length });
}

/** Keeps what a successful call mapped: for the effects that later steps look for. */
export function rememberMapping(world: World, iommufd: Fd, record: CallRecord): void {
  const { name, result, fields } = record;
  const { maps } = recordNamed(name) ?? {};
  if (maps?.ioas === undefined || result < 0 || fields === undefined) return;
  const iova = fields[maps.iova] as bigint;
  const ioas = fields[maps.ioas] as number;
  const length = fields[maps.length] as bigint;
  if ((Number(fields['flags']) & IOMMU_IOAS_MAP_FIXED_IOVA) === 0) {
    world.landed = ioasOf(world, iommufd, ioas);
    if (world.landed !== undefined) world.landed.landing = { iova, length };
  }
  const known = world.mappings.some(
    (m) => m.ioas === ioas && m.iova === iova && m.length === length,
  );
  if (!known) world.mappings.push({ ioas, iommufd, iova, length, ...madeBy(record) });
}
