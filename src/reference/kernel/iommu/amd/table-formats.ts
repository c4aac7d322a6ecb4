import {
  V2_PRESENT,
  V2_WRITE,
  isV2Leaf,
  v2Address,
  v2Leaf,
  v2Table,
} from '#formats/amd/guest-page-entry.ts';
import {
  V1_FORCE_COHERENCE,
  V1_PRESENT,
  V1_READ,
  V1_WRITE,
  v1Address,
  v1NextLevel,
  v1Table,
} from '#formats/amd/page-table-entry.ts';

import type { IommuProtection } from '../domain.ts';
import type { TableFormat } from '../page-table-builder.ts';

/** A page table of the host, or one in the format of guests, for which each device has a table of PASIDs. */
export type AmdFormat = 'v1' | 'v2';

interface AmdTable {
  readonly format: TableFormat;
  /** Of IOVAs: a v2 table has no sign, and leaves out the upper half. HW-FLG-05 */
  readonly addressBits: bigint;
  rightsOf(protection: IommuProtection): bigint;
}

export const amdTables: Readonly<Record<AmdFormat, AmdTable>> = {
  /** generic_pt/fmt/amdv1.h: four levels, and of the many page sizes those of each level. */
  v1: {
    addressBits: 48n,
    format: {
      levels: 4,
      largestLeafLevel: 3,
      isPresent: (entry) => (entry & V1_PRESENT) !== 0n,
      isLeaf: (entry) => v1NextLevel(entry) === 0,
      addressIn: v1Address,
      leaf: ({ physical, rights }) => physical | rights | V1_FORCE_COHERENCE | V1_PRESENT,
      table: (address, level) => v1Table(address, level - 1),
    },
    rightsOf: ({ read, write }) => (read ? V1_READ : 0n) | (write ? V1_WRITE : 0n),
  },
  /** generic_pt/fmt/x86_64.h. There is no right to read that could be left away. */
  v2: {
    addressBits: 47n,
    format: {
      levels: 4,
      largestLeafLevel: 3,
      isPresent: (entry) => (entry & V2_PRESENT) !== 0n,
      isLeaf: isV2Leaf,
      addressIn: v2Address,
      leaf: ({ physical, rights }, level) => v2Leaf(physical, rights, level),
      table: v2Table,
    },
    rightsOf: ({ write }) => (write ? V2_WRITE : 0n),
  },
};
