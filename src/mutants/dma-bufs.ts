import type { DmabufRange } from '#reference/kernel/mm/dmabuf.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

/** The registers of a device as a dma-buf: features/iommufd/ioas-map-file-registers.feature. */
export const dmaBufs = mutants(
  {
    id: 'SEED-800',
    breaks: ['IOAS-FILE-18'],
    story: 'Of a dma-buf with several ranges the first one is mapped, and what lies behind it.',
    like: 'vfio/pci: the check of the number of ranges left out',
    parts: ({ Dmabuf }) => ({
      Dmabuf: class extends Dmabuf {
        override mapForIommufd(): bigint | ErrnoName {
          const [first] = this.ranges;
          return first && !this.revoked ? first.physical : 'ENODEV';
        }
      },
    }),
  },
  {
    id: 'SEED-801',
    breaks: ['IOAS-FILE-22', 'IOAS-FILE-28'],
    story: 'Registers that are switched off stay where they are mapped.',
    like: 'vfio/pci: the importers are not told when memory is switched off',
    parts: ({ VfioPciDmabufs }) => ({
      VfioPciDmabufs: class extends VfioPciDmabufs {
        override move(revoked: boolean): void {
          for (const dmabuf of this.exported) dmabuf.revoked = revoked;
        }
      },
    }),
  },
  {
    id: 'SEED-802',
    breaks: ['IOAS-FILE-22'],
    story: 'Registers that are switched on again cannot be mapped any more.',
    like: 'vfio/pci: dma-bufs stay revoked when memory is switched on',
    parts: ({ VfioPciDmabufs }) => ({
      VfioPciDmabufs: class extends VfioPciDmabufs {
        override move(revoked: boolean): void {
          if (revoked) super.move(revoked);
        }
      },
    }),
  },
  {
    id: 'SEED-803',
    breaks: ['IOAS-FILE-19'],
    story: 'A dma-buf begins one page behind the registers that were asked for.',
    like: 'vfio/pci: the offset of a range counted from the second page',
    parts: ({ Dmabuf }) => ({
      Dmabuf: class extends Dmabuf {
        constructor(...ranges: readonly DmabufRange[]) {
          super(...ranges.map((range) => ({ ...range, physical: range.physical + 4096n })));
        }
      },
    }),
  },
);
