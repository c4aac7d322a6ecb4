import { IOMMU_OPTION_HUGE_PAGES, IOMMU_OPTION_RLIMIT_MODE } from '#uapi/iommufd/objects.ts';
import { hex } from '#uapi/strace.ts';

import type { IommufdHandle } from '../handles.ts';
import { iommufdNamed } from './names.ts';
import { iova, named, oneOf, parameter, quoted, re, size } from './parameter.ts';

/** `at 16 MiB`, or `anywhere`: then the kernel chooses. */
export interface Place {
  readonly fixed: boolean;
  readonly iova: bigint;
}

export interface Rights {
  readonly read: boolean;
  readonly write: boolean;
}

/** Where an automatic map lands. */
interface Landing {
  readonly shown: string;
  holds(iova: bigint, length: bigint): boolean;
}

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
  ioas: named('IOAS', 'ioas'),
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
  landing: oneOf<Landing>(
    parameter(re(`at (${size})`), function (text) {
      const place = this.size(text);
      return { shown: hex(place), holds: (iova) => iova === place };
    }),
    parameter(re(`on a multiple of (${size}) plus (${size})`), function (multiple, plus) {
      const [unit, rest] = [this.size(multiple), this.size(plus)];
      return {
        shown: `a multiple of ${hex(unit)} plus ${hex(rest)}`,
        holds: (iova) => iova % unit === rest,
      };
    }),
  ),
  mapped: parameter(/(is mapped|is not mapped)/, (text): boolean => text === 'is mapped'),
  option: oneOf<Option>(
    parameter(re(`the huge pages option of IOAS ${quoted}`), function (name) {
      const { iommufd, id } = this.handles.get('ioas', name);
      return { iommufd, optionId: IOMMU_OPTION_HUGE_PAGES, objectId: id };
    }),
    parameter(re(`the rlimit mode of (?:the iommufd|iommufd ${quoted})`), function (name) {
      const iommufd = iommufdNamed(this, name);
      return { iommufd, optionId: IOMMU_OPTION_RLIMIT_MODE, objectId: 0 };
    }),
  ),
};
