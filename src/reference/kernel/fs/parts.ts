import { FdTable } from './fd-table.ts';
import { OpenFile } from './file.ts';

export const fsParts = {
  FdTable,
  OpenFile,
};

export interface FsParts {
  readonly fs: typeof fsParts;
}
