import type { Feature } from '#port/features.ts';

import type { VendorData } from './vendors/vendor.ts';

/** What a call can make, in the words of the features. */
export type MadeKind = ObjectKind | 'access' | 'dma-buf';

/** What has an id that user space learns. */
export type ObjectKind =
  | 'ioas'
  | 'hwpt'
  | 'bound device'
  | 'mock device'
  | 'fault queue'
  | 'vIOMMU'
  | 'vDEVICE'
  | 'vEVENTQ'
  | 'HW queue';

/** Page tables and mock devices that can more than others. */
export type SpecialKind = 'parent' | 'nested' | 'tracking' | 'pasid table' | 'pasid device';

/** Of a group, the container is an iommufd where there is none. */
export type FileKind =
  'container' | 'iommufd' | 'memfd' | 'dma-buf' | 'access' | 'fault queue' | 'vEVENTQ';

/** What is mapped: in which IOAS, where, how many bytes. */
export interface Mapping<T = bigint> {
  readonly ioas: T;
  readonly iova: bigint;
  readonly length: bigint;
}

/** What a field of a struct holds, and thereby where a valid call takes its value from. */
type Content =
  | { readonly is: 'number'; readonly value: bigint }
  | { readonly is: 'id'; readonly of: ObjectKind | SpecialKind; readonly which: 'first' | 'last' }
  | { readonly is: 'file'; readonly of: FileKind }
  /** Of what is mapped already. */
  | { readonly is: 'mapped'; readonly part: keyof Mapping }
  /** Where nothing is mapped yet: the nth place for it. */
  | { readonly is: 'iova'; readonly nth: bigint }
  | { readonly is: 'length' }
  | { readonly is: 'page size' }
  /** Address of user memory for devices. */
  | { readonly is: 'memory' }
  /** Address of structs or numbers that the call reads or writes. */
  | { readonly is: 'list' }
  /** What the machine's IOMMU calls it: a type, or the size of its struct. */
  | { readonly is: 'vendor'; readonly of: VendorData; readonly part: 'type' | 'size' }
  | { readonly is: 'name of a device' }
  /** Bytes or text that only the caller knows. */
  | { readonly is: 'given' }
  | { readonly is: 'output' };

export type Field = Content & {
  /** No value is sensible in every scenario: it is 0 until the caller tells it. */
  readonly told?: true;
  /** What a name of a value may lack at its front. */
  readonly prefixes?: readonly string[];
  /** What a machine needs for some bits. */
  readonly bits?: Readonly<Record<number, Feature>>;
};

export function number(value: number | bigint, ...prefixes: readonly string[]): Field {
  return { is: 'number', value: BigInt(value), prefixes };
}

export function id(of: ObjectKind | SpecialKind, which: 'first' | 'last' = 'first'): Field {
  return { is: 'id', of, which };
}

export function file(of: FileKind): Field {
  return { is: 'file', of };
}

export function mapped(part: keyof Mapping): Field {
  return { is: 'mapped', part };
}

export function iova(nth: 1 | 2 = 1): Field {
  return { is: 'iova', nth: BigInt(nth) };
}

export function vendor(
  of: VendorData,
  part: 'type' | 'size',
  ...prefixes: readonly string[]
): Field {
  return { is: 'vendor', of, part, prefixes };
}

export function output(...prefixes: readonly string[]): Field {
  return { is: 'output', prefixes };
}

export function told(field: Field): Field {
  return { ...field, told: true };
}

export const length: Field = { is: 'length' };
export const pageSize: Field = { is: 'page size' };
export const memory: Field = { is: 'memory' };
export const list: Field = { is: 'list' };
export const deviceName: Field = { is: 'name of a device' };
export const given: Field = { is: 'given' };
