import { table } from '#conformance/markdown.ts';
import { byId } from '#conformance/requirements/index.ts';
import { untestable } from '#conformance/untestable.ts';

import { catalogue } from './catalogue.ts';

/** A thing of the hardware, or of its driver, that can go wrong by itself. */
export interface Subject {
  readonly kind: string;
  readonly of: string;
  /** Families without their `HW-`, each with its numbers: `VTD 30 33 39`. A number that is not built yet waits. */
  readonly requirements: string;
}

function subjects(kind: string, each: Readonly<Record<string, string>>): readonly Subject[] {
  return Object.entries(each).map(([of, requirements]) => ({ kind, of, requirements }));
}

/** Each requirement of the hardware belongs to one of these. */
export const hardware: readonly Subject[] = [
  ...subjects('VT-d', {
    'root and context entries, entries of PASIDs': 'VTD 1 2 3 4 5 6 7 8 9 83',
    'page tables': 'VTD 20 21 22 23 24 74 75',
    'context cache, cache of PASID entries': 'VTD 30 33 39',
    IOTLB: 'VTD 10 31 34 38 43 44 45 70 71 72 84 85 89',
    'paging-structure caches': 'PSC 1 2 3 4 5 6 7 8',
    'TLB of a device': 'VTD 32 35 40 42 78 86 87 88',
    'queue of invalidations': 'VTD 36 37 76 77',
    'fault records': 'VTD 50 51 52 53 73',
    'queue of page requests, answers': 'VTD 41 60 61 62 63 64 65 PRQ 2 3 4 12 13 14 15 17',
    'dirty bits, flags and capabilities': 'VTD 66 80 81 82 FLG 1 2 STK 1 4',
  }),
  ...subjects('SMMUv3', {
    'stream table entries': 'SMU 1 2 3 4 12 13 38 39 42',
    'context descriptors': 'SMU 5 6 14',
    'page tables': 'SMU 7 8 9',
    TLB: 'SMU 10 15 16 17 18 19 20 21 22 32 35',
    'TLB of a device': 'SMU 23 33 37 40 41',
    'queue of commands': 'SMU 11 26 31 34',
    events: 'SMU 27 28 36',
    'stalls and page requests, answers': 'SMU 24 25 29 PRQ 5',
    'doorbells of interrupts': 'SMU 30 43 44',
    'flags and capabilities': 'FLG 3 STK 2',
  }),
  ...subjects('AMD', {
    'device table entries': 'AMD 1 2 15 16 17 20',
    'page tables': 'AMD 3 4',
    'caches of the unit': 'AMD 5 6 13 18 19 21 23',
    'TLB of a device': 'AMD 22',
    'page requests, answers': 'PRQ 6',
    'flags and capabilities': 'AMD 7 8 9 10 11 12 14 FLG 4 5 6',
  }),
  ...subjects('virtio-iommu', {
    'features and configuration': 'VIO 1 2 8 9 10 11 49',
    requests: 'VIO 4 5 6 7 13 19 25 27 28 30 34 38',
    domains: 'VIO 12 14 15 16 17 18 20 21 22 23 24 48',
    mappings: 'VIO 3 26 29 31 32 33 35 36 37',
    'properties of an endpoint': 'VIO 39 40 41 42 43 STK 8',
    faults: 'VIO 44 45 46 47',
  }),
  ...subjects('every device', {
    'registers of ATS, PASIDs and page requests': 'PCI 1 2 3 9 10 11',
    'translations, groups of page requests': 'PCI 4 5 6 7 8 PRQ 8 16',
    'fault queues and their devices': 'PRQ 1 7 9 10 11',
    ENQCMD: 'ENQ 1 2 3 4 5 6',
    'groups, interrupts, emulated machines': 'STK 3 5 6 7',
    'a copy engine': 'CPY 1 2 3',
  }),
];

/** Ids of the requirements of a subject that exist. */
export function requirementsOf({ requirements }: Pick<Subject, 'requirements'>): readonly string[] {
  let family = '';
  const ids = requirements.split(' ').map((word) => {
    if (!/^\d/.test(word)) family = word;
    return `HW-${family}-${word.padStart(2, '0')}`;
  });
  return ids.filter((id) => byId.has(id));
}

/** What breaks where: a table of the hardware in docs/mutants.md. */
export function hardwareTable(): string {
  const rows = hardware.flatMap((subject) => {
    const ids = requirementsOf(subject);
    const shown = ids.filter((id) => !(id in untestable));
    const mutants = catalogue.filter(({ breaks }) => breaks.some((id) => ids.includes(id)));
    if (ids.length === 0) return [];
    return [[subject.kind, subject.of, `${shown.length} of ${ids.length}`, String(mutants.length)]];
  });
  return table([['hardware', 'what', 'requirements shown', 'mutants'], ...rows]);
}
