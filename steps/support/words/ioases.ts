import { IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_RLIMIT_MODE } from '#uapi/iommufd/objects.ts';

import type { IommufdHandle, ObjectOf } from '../handles.ts';
import { iommufdNamed } from './names.ts';
import { iova, parameter, quoted, re, size } from './parameter.ts';

/** `at 16 MiB`, or `anywhere`: then the kernel chooses. */
export interface Place {
  readonly fixed: boolean;
  readonly iova: bigint;
}

export interface Rights {
  readonly read: boolean;
  readonly write: boolean;
}

/** Where an automatic map landed. */
export type Landing =
  | { readonly kind: 'at'; readonly iova: bigint }
  | { readonly kind: 'inside'; readonly iova: bigint; readonly length: bigint }
  | { readonly kind: 'multiple'; readonly of: bigint; readonly plus: bigint };

/** What IOMMU_OPTION sets. */
interface Option {
  readonly iommufd: IommufdHandle;
  readonly optionId: number;
  readonly objectId: number;
}

const rights: Readonly<Record<string, Rights>> = {
  'read-only': { read: true, write: false },
  'write-only': { read: false, write: true },
  'read-write': { read: true, write: true },
  'without rights': { read: false, write: false },
};

export const ioases = {
  ioas: parameter(re(`IOAS ${quoted}`), function (name): ObjectOf<'ioas'> {
    return this.handles.get('ioas', name ?? '');
  }),
  newIoas: parameter(re(`an IOAS ${quoted}(?: in iommufd ${quoted})?`), function (name, iommufd): {
    name: string;
    iommufd: IommufdHandle;
  } {
    return { name: name ?? '', iommufd: iommufdNamed(this, iommufd) };
  }),
  place: parameter(re(`anywhere|at (${iova})`), function (text): Place {
    return { fixed: text !== undefined, iova: text === undefined ? 0n : this.size(text) };
  }),
  rights: parameter(
    /(read-only|write-only|read-write|without rights)/,
    (text): Rights => rights[text ?? ''] ?? { read: false, write: false },
  ),
  landing: parameter(
    re(
      `at (${size})|inside (${size}) \\.\\. \\+(${size})|on a multiple of (${size})(?: plus (${size}))?`,
    ),
    function (at, first, length, multiple, plus): Landing {
      if (at !== undefined) return { kind: 'at', iova: this.size(at) };
      if (multiple !== undefined) {
        return { kind: 'multiple', of: this.size(multiple), plus: this.size(plus ?? '0') };
      }
      return { kind: 'inside', iova: this.size(first ?? ''), length: this.size(length ?? '') };
    },
  ),
  mapped: parameter(/(is mapped|is not mapped)/, (text): boolean => text === 'is mapped'),
  option: parameter(
    re(
      `the huge pages option of IOAS ${quoted}|the rlimit mode of (?:the iommufd|iommufd ${quoted})`,
    ),
    function (ioas, name): Option {
      if (ioas === undefined) {
        const iommufd = iommufdNamed(this, name);
        return { iommufd, optionId: IOMMU_OPTION_RLIMIT_MODE, objectId: 0 };
      }
      const { iommufd, id } = this.handles.get('ioas', ioas);
      return { iommufd, optionId: IOMMU_OPTION_HUGE_PAGES, objectId: id };
    },
  ),
};
