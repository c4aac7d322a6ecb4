import {
  IOMMU_IOAS_COPY,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FILE,
  IOMMU_IOAS_MAP_FIXED_IOVA,
} from '#uapi/iommufd/ioas.ts';
import type { Fd } from '#port/process.ts';

import type { CallRecord } from './calls/outcome.ts';
import type { KnownMapping, World } from './world.ts';

/** Which fields of a call say what it mapped. */
const mappers: Readonly<Record<string, { readonly ioas: string; readonly iova: string }>> = {
  [IOMMU_IOAS_MAP.name]: { ioas: 'ioas_id', iova: 'iova' },
  [IOMMU_IOAS_MAP_FILE.name]: { ioas: 'ioas_id', iova: 'iova' },
  [IOMMU_IOAS_COPY.name]: { ioas: 'dst_ioas_id', iova: 'dst_iova' },
};

function madeBy({ command, fields }: CallRecord): Pick<KnownMapping, 'made'> {
  return command === undefined || fields === undefined ? {} : { made: { command, fields } };
}

/** Keeps what a successful call mapped: for the effects that later steps look for. */
export function rememberMapping(world: World, iommufd: Fd, record: CallRecord): void {
  const { name, result, fields } = record;
  const mapper = mappers[name];
  if (mapper === undefined || result < 0 || fields === undefined) return;
  const iova = fields[mapper.iova] as bigint;
  const ioas = fields[mapper.ioas] as number;
  const length = fields['length'] as bigint;
  if ((Number(fields['flags']) & IOMMU_IOAS_MAP_FIXED_IOVA) === 0) world.landed = iova;
  const known = world.mappings.some(
    (m) => m.ioas === ioas && m.iova === iova && m.length === length,
  );
  if (!known) world.mappings.push({ ioas, iommufd, iova, length, ...madeBy(record) });
}
