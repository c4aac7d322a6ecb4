import {
  SECOND_STAGE_PAGE_SIZE,
  SECOND_STAGE_READ,
  SECOND_STAGE_WRITE,
  addressIn,
  isLeaf,
  isPresent,
} from '../../../hardware/vtd/second-stage.ts';
import type { Pages } from '../../mm/pages.ts';
import { PageTableBuilder } from '../page-table-builder.ts';
import type { TableFormat } from '../page-table-builder.ts';

/** generic_pt/fmt/vtdss.h: four levels, superpages of 2 MiB and 1 GiB. */
const secondStageFormat: TableFormat = {
  levels: 4,
  largestLeafLevel: 3,
  isPresent,
  isLeaf,
  addressIn,
  leaf: ({ physical, rights }, level) =>
    physical | rights | (level > 1 ? SECOND_STAGE_PAGE_SIZE : 0n),
  table: (address) => address | SECOND_STAGE_READ | SECOND_STAGE_WRITE,
};

/** Writes second-stage tables. */
export class SecondStageBuilder extends PageTableBuilder {
  constructor(pages: Pages) {
    super(pages, secondStageFormat);
  }
}
