import { recordNamed } from '#commands/index.ts';
import { IOMMU_IOAS_MAP_FIXED_IOVA } from '#uapi/iommufd/ioas.ts';
import type { Fd } from '#port/process.ts';

import type { CallRecord } from './outcome.ts';
import type { KnownMapping, World } from '../world.ts';

function madeBy({ command, fields }: CallRecord): Pick<KnownMapping, 'made'> {
  return command === undefined || fields === undefined ? {} : { made: { command, fields } };
}

/** Keeps what a successful call mapped: for the effects that later steps look for. */
export function rememberMapping(world: World, iommufd: Fd, record: CallRecord): void {
  const { name, result, fields } = record;
  const { maps } = recordNamed(name) ?? {};
  if (maps?.ioas === undefined || result < 0 || fields === undefined) return;
  const iova = fields[maps.iova] as bigint;
  const ioas = fields[maps.ioas] as number;
  const length = fields[maps.length] as bigint;
  if ((Number(fields['flags']) & IOMMU_IOAS_MAP_FIXED_IOVA) === 0) world.landed = iova;
  const known = world.mappings.some(
    (m) => m.ioas === ioas && m.iova === iova && m.length === length,
  );
  if (!known) world.mappings.push({ ioas, iommufd, iova, length, ...madeBy(record) });
}
