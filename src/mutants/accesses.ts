import type { Access } from '#reference/kernel/iommufd/access.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import { mutants } from './mutant.ts';

type RwOptions = Parameters<Access['readWrite']>[2];

/** Drivers that use an IOAS without DMA: where scenarios have an access. */
export const accesses = mutants(
  {
    id: 'BUG-008',
    breaks: ['IOAS-RANGES-12'],
    story: 'An access that could not move is still listed by its IOAS after it has left.',
    like: 'iommufd: Fix iopt_access_list_id overwrite bug',
    parts: ({ Access }) => ({
      Access: class extends Access {
        private lost = false;

        override attach(ioasId: number): ErrnoName | undefined {
          const error = super.attach(ioasId);
          this.lost ||= error === 'EADDRINUSE' && this.ioas !== undefined;
          return error;
        }

        override detach(): void {
          const iopt = this.ioas?.iopt;
          super.detach();
          if (this.lost) iopt?.addAccess(this);
        }
      },
    }),
  },
  {
    id: 'BUG-011',
    breaks: ['IOAS-MAP-49', 'IOAS-MAP-46'],
    story: 'An access reads and writes nothing, and succeeds, where nothing is mapped.',
    like: 'iommufd: Fix uninitialized rc in iommufd_access_rw()',
    parts: ({ Access }) => ({
      Access: class extends Access {
        override readWrite(
          iova: bigint,
          bytes: Uint8Array,
          options: RwOptions,
        ): ErrnoName | undefined {
          const error = super.readWrite(iova, bytes, options);
          const nothing = !this.ioas?.iopt.areas.intersecting(iova, iova);
          return error === 'ENOENT' && nothing ? undefined : error;
        }
      },
    }),
  },
  {
    id: 'SEED-112',
    breaks: ['IOAS-MAP-46'],
    story: 'An access reads a mapping that is only writeable.',
    like: 'check_area_prot() that looks at IOMMU_WRITE only',
    parts: ({ Access }) => ({
      Access: class extends Access {
        protected override checkArea(area: IoptArea, write: boolean): ErrnoName | undefined {
          return write ? super.checkArea(area, write) : undefined;
        }
      },
    }),
  },
);
