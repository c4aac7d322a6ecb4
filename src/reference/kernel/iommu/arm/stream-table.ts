import type { Hpa } from '#formats/addresses.ts';
import { invalidateCd, invalidateSte } from '#formats/smmuv3/commands.ts';
import { DESCRIPTOR_SIZE } from '#formats/smmuv3/context-descriptor.ts';
import {
  SPLIT,
  encodeAbort,
  encodeLevel1,
  entryAddress,
  level1Address,
} from '#formats/smmuv3/stream-table-entry.ts';
import type { SteWords, StreamId } from '#formats/smmuv3/stream-table-entry.ts';

import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT } from '../../mm/user-memory.ts';
import type { SmmuCommands } from './command-queue.ts';

/** Streams whose entries are in one table of the second level. */
const STREAMS_OF_LEAF = 1 << SPLIT;
/** Of the functions of one bus. */
const STREAMS_OF_BUS = 256;

/** The second level: entries, and a context descriptor for each of them. */
interface Leaf {
  readonly entries: Hpa;
  readonly contexts: Hpa;
}

/**
 * The stream table, and the context descriptors. No stream has substreams, so that its table of context descriptors has a
 * single one. Tables come with the first device of a bus, and stay.
 */
export class StreamTable {
  readonly base: Hpa;
  protected readonly commands: SmmuCommands;
  private readonly pages: Pages;
  private readonly leaves = new Map<number, Leaf>();

  constructor(pages: Pages, commands: SmmuCommands) {
    this.pages = pages;
    this.commands = commands;
    this.base = this.allocate(9);
  }

  /** arm_smmu_init_sid_strtab(): all streams abort. */
  addBus(stream: StreamId): void {
    const first = stream - (stream % STREAMS_OF_BUS);
    for (let other = first; other < first + STREAMS_OF_BUS; other += STREAMS_OF_LEAF) {
      if (!this.leaves.has(other >> SPLIT)) this.addLeaf(other);
    }
  }

  contextAddress(stream: StreamId): Hpa {
    const { contexts } = this.leafOf(stream);
    return contexts + BigInt(stream % STREAMS_OF_LEAF) * DESCRIPTOR_SIZE;
  }

  /** arm_smmu_write_cd_entry(), while no entry leads to it. */
  writeContext(stream: StreamId, words: readonly bigint[]): void {
    this.write(this.contextAddress(stream), words);
    this.commands.issue(invalidateCd(stream));
  }

  /** arm_smmu_write_ste(): the stream aborts while its words change, and nobody looks in between. */
  writeEntry(stream: StreamId, words: SteWords): void {
    const address = entryAddress(this.leafOf(stream).entries, stream);
    this.write(address, encodeAbort().slice(0, 1));
    this.commands.issue(invalidateSte(stream));
    this.write(address + 8n, words.slice(1));
    this.write(address, words.slice(0, 1));
    this.commands.issue(invalidateSte(stream));
  }

  private addLeaf(stream: StreamId): void {
    const leaf = { entries: this.allocate(0), contexts: this.allocate(0) };
    this.leaves.set(stream >> SPLIT, leaf);
    for (let other = stream; other < stream + STREAMS_OF_LEAF; other += 1) {
      this.write(entryAddress(leaf.entries, other), encodeAbort());
    }
    this.write(level1Address(this.base, stream), [encodeLevel1(leaf.entries)]);
  }

  private leafOf(stream: StreamId): Leaf {
    const leaf = this.leaves.get(stream >> SPLIT);
    invariant(leaf !== undefined, `stream ${stream} has no table`);
    return leaf;
  }

  private write(address: Hpa, words: readonly bigint[]): void {
    for (const [index, word] of words.entries())
      this.pages.memory.write64(address + BigInt(index) * 8n, word);
  }

  private allocate(order: 0 | 9): Hpa {
    const folio = this.pages.allocate(order);
    invariant(folio !== undefined, 'out of memory for a stream table');
    return folio.pfn << PAGE_SHIFT;
  }
}
