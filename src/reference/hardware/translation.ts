import type { Hpa, Iova } from '#formats/addresses.ts';
import { PAGE_SIZE } from '#formats/page.ts';

/** Where a request goes, and how many bytes from there on go the same way. */
export interface Translation {
  readonly address: Hpa;
  readonly bytesToBorder: bigint;
}

/** A leaf of a page table as a walk found it; sizes and addresses in bytes. */
export interface Leaf {
  readonly address: Hpa;
  readonly size: bigint;
  readonly read: boolean;
  readonly write: boolean;
  /** The table keeps dirty bits, and that of this page is not set: a write has to walk again. */
  readonly clean?: boolean;
  /** Of every address space of the guest, or of the host: not tagged with one. */
  readonly global?: boolean;
  /** The size of the first stage's page that it is a piece of, where the second stage has smaller ones. */
  readonly pieceOf?: bigint;
}

/** A request that goes through as it is. */
export function untranslated(iova: Iova): Translation {
  return { address: iova, bytesToBorder: PAGE_SIZE - (iova % PAGE_SIZE) };
}

/** A request by a leaf that grants it: as far as the leaf goes. */
export function translatedBy(leaf: Leaf, iova: Iova): Translation {
  const offset = iova % leaf.size;
  return { address: leaf.address + offset, bytesToBorder: leaf.size - offset };
}

export function grants(
  rights: { readonly read: boolean; readonly write: boolean },
  { write }: { readonly write: boolean },
): boolean {
  return write ? rights.write : rights.read;
}

/** Both stages in one: the smaller page, and what both allow; it is known of a piece what it is a piece of. HW-SMU-17 */
export function combine(first: Leaf, second: Leaf, iova: Iova): Leaf {
  const size = first.size < second.size ? first.size : second.size;
  const middle = first.address + (iova % first.size);
  return {
    address: second.address + (middle % second.size) - (iova % size),
    size,
    read: first.read && second.read,
    write: first.write && second.write,
    clean: first.clean === true || second.clean === true,
    global: first.global === true,
    ...(size < first.size && { pieceOf: first.size }),
  };
}
