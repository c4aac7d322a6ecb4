import {
  DESCRIPTOR_SIZE,
  encodeLevel1Context,
  leafBits,
} from '#formats/smmuv3/context-descriptor.ts';
import { invalidateCd } from '#formats/smmuv3/commands.ts';
import { ContextFormat } from '#formats/smmuv3/stream-table-entry.ts';
import type { Stage1Config, StreamId } from '#formats/smmuv3/stream-table-entry.ts';

import { invariant } from '../../../reference-bug.ts';
import type { Folio, Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT } from '../../mm/user-memory.ts';
import type { SmmuCommands } from './command-queue.ts';

const LEAF_BITS = leafBits(ContextFormat.Leaves64K);
/** log2 of pages: what a table of 4 KiB is allocated as, and a larger one. */
const [PAGE, LARGE] = [0, 9] as const;
/** Substreams that the entries of a page lead to. */
const BITS_OF_A_PAGE = 9 + Number(LEAF_BITS);

export interface ContextTableOptions {
  readonly pages: Pages;
  readonly commands: SmmuCommands;
  readonly streams: readonly StreamId[];
  /** log2 of the context descriptors. */
  readonly substreamBits: number;
}

/** arm_smmu_alloc_cd_tables(): the context descriptors of a device with PASIDs, in two levels. HW-SMU-39 40 */
export class ContextTable {
  readonly substreamBits: number;
  protected readonly commands: SmmuCommands;
  protected readonly streams: readonly StreamId[];
  private readonly pages: Pages;
  private readonly folios: Folio[] = [];
  private readonly leaves = new Map<bigint, bigint>();
  private readonly base: bigint;

  constructor({ pages, commands, streams, substreamBits }: ContextTableOptions) {
    [this.pages, this.commands, this.streams] = [pages, commands, streams];
    this.substreamBits = substreamBits;
    this.base = this.allocate(substreamBits > BITS_OF_A_PAGE ? LARGE : PAGE);
  }

  config(noSubstream: bigint): Stage1Config {
    return {
      contextTable: this.base,
      format: ContextFormat.Leaves64K,
      substreamBits: BigInt(this.substreamBits),
      noSubstream,
    };
  }

  /** arm_smmu_write_cd_entry(): the word with V last. */
  write(substream: number, words: readonly bigint[]): void {
    const at = this.placeOf(BigInt(substream));
    for (const [index, word] of [...words.entries()].reverse())
      this.pages.memory.write64(at + BigInt(index) * 8n, word);
    this.flush(substream);
  }

  /** arm_smmu_clear_cd() */
  clear(substream: number): void {
    this.pages.memory.write64(this.placeOf(BigInt(substream)), 0n);
    this.flush(substream);
  }

  free(): void {
    for (const folio of this.folios.splice(0)) this.pages.put(folio);
    this.leaves.clear();
  }

  protected flush(substream: number): void {
    for (const stream of this.streams) this.commands.issue(invalidateCd(stream, substream));
  }

  private placeOf(substream: bigint): bigint {
    const index = substream >> LEAF_BITS;
    const leaf = this.leaves.get(index) ?? this.addLeaf(index);
    return leaf + (substream & ((1n << LEAF_BITS) - 1n)) * DESCRIPTOR_SIZE;
  }

  private addLeaf(index: bigint): bigint {
    const leaf = this.allocate(LARGE);
    this.pages.memory.write64(this.base + index * 8n, encodeLevel1Context(leaf));
    this.leaves.set(index, leaf);
    return leaf;
  }

  private allocate(order: typeof PAGE | typeof LARGE): bigint {
    const folio = this.pages.allocate(order);
    invariant(folio !== undefined, 'out of memory for context descriptors');
    this.folios.push(folio);
    return folio.pfn << PAGE_SHIFT;
  }
}
