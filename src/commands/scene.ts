import type { Codec } from '#uapi/codec.ts';

import type { Field, FileKind, Mapping, ObjectKind, SpecialKind } from './field.ts';
import type { CommandRecord } from './record.ts';
import { vendors } from './vendors/index.ts';
import type { Typed, Vendor, VendorData } from './vendors/vendor.ts';

/** What a call finds: the objects, files and memory of a scenario, or of a sequence of random calls. */
export interface Scene {
  /** Bytes. */
  readonly pageSize: bigint;
  /** Whose IOMMU the devices are behind. */
  readonly vendor: Vendor | undefined;
  /** What was mapped first. */
  readonly mapping: Mapping<number> | undefined;
  /** Where user memory is that devices may reach, and where there is room for a list. */
  readonly memory: bigint | undefined;
  readonly list: bigint;
  /** As sysfs calls it. */
  readonly deviceName: string | undefined;
  id(kind: ObjectKind | SpecialKind, which: 'first' | 'last'): number | undefined;
  file(kind: FileKind): number | undefined;
  /** The page table that a mock device is attached to. */
  tableOf(mockDevice: number): number | undefined;
}

/** Where a scenario maps first. */
const firstIova = 16n * 2n ** 20n;
const noFile = -1;

function mappedPart(scene: Scene, part: keyof Mapping): number | bigint {
  const { mapping, pageSize } = scene;
  const place = { ioas: scene.id('ioas', 'first') ?? 0, iova: firstIova, length: pageSize };
  return (mapping ?? place)[part];
}

type Content<K> = Extract<Field, { readonly is: K }>;
type Sources = {
  readonly [K in Field['is']]: (
    scene: Scene,
    field: Content<K>,
  ) => number | bigint | string | undefined;
};

/** What the machine's IOMMU has none of is asked for as that of another: the call fails for it, or for what a scenario shows. */
function dataOfAny(of: VendorData): Typed | undefined {
  return vendors.find((vendor) => vendor[of] !== undefined)?.[of];
}

/** Where values come from. */
const sources: Sources = {
  number: (_, { value }) => value,
  id: (scene, { of, which }) => scene.id(of, which),
  file: (scene, { of }) => scene.file(of) ?? noFile,
  mapped: (scene, { part }) => mappedPart(scene, part),
  iova: (_, { nth }) => nth * firstIova,
  length: (scene) => scene.pageSize,
  'page size': (scene) => scene.pageSize,
  memory: (scene) => scene.memory,
  list: (scene) => scene.list,
  vendor: (scene, { of, part }) => {
    const data = scene.vendor?.[of] ?? dataOfAny(of);
    return part === 'type' ? data?.type : data?.struct?.size;
  },
  'name of a device': (scene) => scene.deviceName ?? '',
  given: () => 0,
  output: () => 0,
};

function valueOf(scene: Scene, field: Field): number | bigint | string {
  const source = sources[field.is] as (scene: Scene, field: Field) => ReturnType<typeof valueOf>;
  return source(scene, field) ?? 0;
}

function isUsual({ is, told }: Field): boolean {
  return told !== true && is !== 'given' && is !== 'output';
}

/** u64 fields are bigint, all others number. */
function narrow(codec: Codec<unknown> | undefined, value: number | bigint | string): unknown {
  if (typeof value === 'string') return value;
  return codec?.size === 8 ? BigInt(value) : Number(value);
}

/**
 * Values that make a call valid, so that a negative scenario shows only what is wrong with it. What would come from an
 * object that there is none of stays 0.
 */
export function validValues(scene: Scene, record: CommandRecord): Record<string, unknown> {
  const { command, fields } = record;
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => isUsual(field))
      .map(([name, field]) => [name, narrow(command.struct.codecs[name], valueOf(scene, field))]),
  );
}
