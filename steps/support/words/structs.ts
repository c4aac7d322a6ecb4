import * as device from '#uapi/iommufd/device.ts';
import * as fault from '#uapi/iommufd/fault.ts';
import * as feature from '#uapi/vfio/feature.ts';
import * as hwpt from '#uapi/iommufd/hwpt.ts';
import * as ioas from '#uapi/iommufd/ioas.ts';
import * as selftest from '#uapi/iommufd/selftest.ts';
import * as viommu from '#uapi/iommufd/viommu.ts';
import * as type1 from '#uapi/vfio/iommu-type1.ts';
import type { Struct } from '#uapi/codec.ts';

import { guestStructs } from '../guest/layouts.ts';

/** The structs that commands point to, and those of a guest. */

function isStruct(value: unknown): value is Struct {
  return typeof value === 'object' && value !== null && 'codecs' in value;
}

const structs = new Map(
  [device, fault, feature, hwpt, ioas, selftest, viommu, type1]
    .flatMap((module): unknown[] => Object.values(module))
    .filter(isStruct)
    .concat(guestStructs)
    .map((struct) => [struct.name, struct]),
);

export function structNamed(name: string): Struct {
  const struct = structs.get(name);
  if (struct !== undefined) return struct;
  throw new Error(`there is no struct ${name}; known are ${[...structs.keys()].join(', ')}`);
}
