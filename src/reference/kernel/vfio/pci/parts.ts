import type { VfioParts } from '../parts.ts';
import { VfioPciCore } from './core.ts';
import { VfioPciDmabufs } from './dmabuf.ts';
import { VfioPciInterrupts } from './intrs.ts';
import { VfioPciIntx } from './intx.ts';
import { VfioMtty } from './mtty.ts';
import { VfioPciRegions } from './rdwr.ts';
import { VfioPciTrigger } from './trigger.ts';

export const vfioPciParts = {
  VfioMtty,
  VfioPciCore,
  VfioPciDmabufs,
  VfioPciInterrupts,
  VfioPciIntx,
  VfioPciRegions,
  VfioPciTrigger,
};

export interface VfioPciParts extends VfioParts {
  readonly vfioPci: typeof vfioPciParts;
}
