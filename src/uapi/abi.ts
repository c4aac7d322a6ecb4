import * as device from './iommufd/device.ts';
import * as fault from './iommufd/fault.ts';
import * as hwpt from './iommufd/hwpt.ts';
import * as ioas from './iommufd/ioas.ts';
import * as mman from './mman.ts';
import * as objects from './iommufd/objects.ts';
import * as poll from './poll.ts';
import * as selftest from './iommufd/selftest.ts';
import * as type from './iommufd/type.ts';
import * as vfioBase from './vfio/base.ts';
import * as vfioContainer from './vfio/container.ts';
import * as vfioDevice from './vfio/device.ts';
import * as vfioFeature from './vfio/feature.ts';
import * as vfioGroup from './vfio/group.ts';
import * as vfioPci from './vfio/pci.ts';
import * as vfioType1 from './vfio/iommu-type1.ts';
import * as viommu from './iommufd/viommu.ts';
import { errnoNumbers } from './errno.ts';
import type { Codec, Struct } from './codec.ts';
import type { Command, PlainCommand } from './ioctl.ts';

/** Bytes. */
export interface FieldLayout {
  readonly offset: number;
  /** 0 for a flexible array. */
  readonly size: number;
}

export interface StructLayout {
  /** Bytes. */
  readonly size: number;
  /** By C designator, `dirty.iova` for a field of a nested struct. */
  readonly fields: Readonly<Record<string, FieldLayout>>;
}

/** Every number that programs and kernel must agree on, by C name. */
export interface Abi {
  /** Second arguments of ioctl(2). */
  readonly requests: Readonly<Record<string, number>>;
  /** As u32. */
  readonly constants: Readonly<Record<string, number>>;
  readonly structs: Readonly<Record<string, StructLayout>>;
}

const modules = [
  type,
  objects,
  ioas,
  hwpt,
  device,
  fault,
  viommu,
  selftest,
  vfioBase,
  vfioContainer,
  vfioGroup,
  vfioType1,
  vfioDevice,
  vfioPci,
  vfioFeature,
  mman,
  poll,
  errnoNumbers,
];

function isStruct(value: unknown): value is Struct {
  return typeof value === 'object' && value !== null && 'codecs' in value;
}

function isCommand(value: unknown): value is Command | PlainCommand {
  return typeof value === 'object' && value !== null && 'request' in value;
}

/** The fields of a struct, those of nested structs under dotted names; an anonymous union adds no name. */
function layouts({ fields, codecs }: Struct): [string, FieldLayout][] {
  return fields.flatMap(({ name, offset, size }): [string, FieldLayout][] => {
    const codec: Codec<unknown> | undefined = codecs[name];
    if (!isStruct(codec)) return [[name, { offset, size }]];
    const anonymous = codec.name === '';
    const inner = layouts(codec).map(([field, layout]): [string, FieldLayout] => [
      anonymous ? field : `${name}.${field}`,
      { ...layout, offset: offset + layout.offset },
    ]);
    return anonymous ? inner : [[name, { offset, size }], ...inner];
  });
}

const exported = modules.flatMap((module) => Object.entries<unknown>(module));

/** What the tables of this folder say. */
export const tableAbi: Abi = {
  requests: Object.fromEntries(
    exported.flatMap(([name, value]) => (isCommand(value) ? [[name, value.request]] : [])),
  ),
  constants: Object.fromEntries(
    exported.flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])),
  ),
  structs: Object.fromEntries(
    exported.flatMap(([, value]) =>
      isStruct(value)
        ? [[value.name, { size: value.size, fields: Object.fromEntries(layouts(value)) }]]
        : [],
    ),
  ),
};
