import type { VfioParts } from '../parts.ts';
import { VfioPciCore } from './core.ts';
import { VfioPciDmabufs } from './dmabuf.ts';
import { VfioMtty } from './mtty.ts';
import { VfioPciRegions } from './rdwr.ts';

export const vfioPciParts = { VfioMtty, VfioPciCore, VfioPciDmabufs, VfioPciRegions };

export interface VfioPciParts extends VfioParts {
  readonly vfioPci: typeof vfioPciParts;
}
