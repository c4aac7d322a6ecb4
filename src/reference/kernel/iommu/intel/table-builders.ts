import {
  FIRST_STAGE_PRESENT,
  FIRST_STAGE_USER,
  FIRST_STAGE_WRITE,
  LARGE_PAGE,
  SECOND_STAGE_READ,
  SECOND_STAGE_WRITE,
  addressIn,
  isLeaf,
  isSecondStagePresent,
  isFirstStagePresent,
} from '#formats/vtd/paging-entry.ts';

import type { Pages } from '../../mm/pages.ts';
import { PageTableBuilder } from '../page-table-builder.ts';
import type { TableFormat } from '../page-table-builder.ts';

/** In what the stages are alike: superpages of 2 MiB and 1 GiB, under one bit. */
const common = {
  largestLeafLevel: 3,
  isLeaf,
  addressIn,
  leaf: ({ physical, rights }, level) => physical | rights | (level > 1 ? LARGE_PAGE : 0n),
} as const satisfies Partial<TableFormat>;

/** generic_pt/fmt/vtdss.h */
function secondStageFormat(levels: 3 | 4): TableFormat {
  return {
    ...common,
    levels,
    isPresent: isSecondStagePresent,
    table: (address) => address | SECOND_STAGE_READ | SECOND_STAGE_WRITE,
  };
}

/** generic_pt/fmt/x86_64.h */
const firstStageFormat: TableFormat = {
  ...common,
  levels: 4,
  isPresent: isFirstStagePresent,
  table: (address) => address | FIRST_STAGE_PRESENT | FIRST_STAGE_WRITE | FIRST_STAGE_USER,
};

/** Writes second-stage tables. */
export class SecondStageBuilder extends PageTableBuilder {
  constructor(pages: Pages, levels: 3 | 4) {
    super(pages, secondStageFormat(levels));
  }
}

/** Writes first-stage tables. */
export class FirstStageBuilder extends PageTableBuilder {
  constructor(pages: Pages) {
    super(pages, firstStageFormat);
  }
}
