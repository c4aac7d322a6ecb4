import {
  ACCESS_FLAG,
  LAST_LEVEL,
  NOT_GLOBAL,
  READ_ONLY,
  STAGE2_READ,
  STAGE2_WRITE,
  UNPRIVILEGED,
  addressIn,
  isLeaf,
  isValid,
  leafDescriptor,
  tableDescriptor,
} from '#formats/smmuv3/translation-table.ts';
import type { Granule } from '#formats/smmuv3/translation-table.ts';

import type { IommuProtection } from '../domain.ts';
import type { TableFormat } from '../page-table-builder.ts';

/** io-pgtable-arm.c: ARM_64_LPAE_S1 and ARM_64_LPAE_S2. A stage has `levels` tables on the way to a page. */
export function lpaeFormat(granule: Granule, levels: number): TableFormat {
  return {
    levels,
    largestLeafLevel: granule === 12n ? 3 : 2,
    ...(granule !== 12n && { granule }),
    isPresent: isValid,
    isLeaf: (entry, level) => isLeaf(entry, fromTop(level)),
    addressIn,
    leaf: ({ physical, rights }, level) => leafDescriptor(physical, fromTop(level), rights),
    table: tableDescriptor,
  };
}

/** Levels count from the top in the architecture, from the bottom in a builder. */
function fromTop(level: number): number {
  return LAST_LEVEL + 1 - level;
}

/** arm_lpae_prot_to_pte(): stage 1 cannot take reads alone away. */
export function stage1Attributes({ write }: IommuProtection): bigint {
  return ACCESS_FLAG | NOT_GLOBAL | UNPRIVILEGED | (write ? 0n : READ_ONLY);
}

export function stage2Attributes({ read, write }: IommuProtection): bigint {
  return ACCESS_FLAG | (read ? STAGE2_READ : 0n) | (write ? STAGE2_WRITE : 0n);
}
