import {
  invalidateAsid,
  invalidatePage,
  invalidateStage2Page,
  invalidateVmid,
  invalidateVmidStage1,
} from '#formats/smmuv3/commands.ts';
import { encodeContext } from '#formats/smmuv3/context-descriptor.ts';
import { outputBits } from '#formats/smmuv3/registers.ts';
import { encodeStage2 } from '#formats/smmuv3/stream-table-entry.ts';
import type { SteWords, StreamId } from '#formats/smmuv3/stream-table-entry.ts';
import { startLevel } from '#formats/smmuv3/translation-table.ts';
import type { Granule, TableFields } from '#formats/smmuv3/translation-table.ts';

import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import type { IommuProtection } from '../domain.ts';
import { PageTableBuilder } from '../page-table-builder.ts';
import { TableDomain } from '../table-domain.ts';
import type { SmmuCommands } from './command-queue.ts';
import { lpaeFormat, stage1Attributes, stage2Attributes } from './lpae-format.ts';

const STAGE1_BITS = 48n;

export interface SmmuDomainOptions {
  readonly pages: Pages;
  readonly commands: SmmuCommands;
  readonly stage: 1 | 2;
  /** ASID of stage 1, VMID of stage 2. */
  readonly tag: number;
  readonly granule: Granule;
  /** IDR5.OAS */
  readonly outputSize: bigint;
  /** arm_smmu_device: a domain is of one unit. */
  readonly unit: object;
  readonly onFree: () => void;
}

/** struct arm_smmu_domain: a table of either stage. */
export class SmmuDomain extends TableDomain {
  override readonly geometry: { readonly first: bigint; readonly last: bigint };
  override readonly pageSizes: bigint;
  readonly stage: 1 | 2;
  readonly tag: number;
  readonly unit: object;
  /** Streams whose entry leads here, also by way of a guest's table. */
  readonly streams = new Set<StreamId>();
  protected readonly commands: SmmuCommands;
  private readonly fields: Omit<TableFields, 'root'>;
  private readonly onFree: () => void;

  constructor(options: SmmuDomainOptions) {
    const { pages, stage, granule, outputSize } = options;
    const inputBits = stage === 1 ? STAGE1_BITS : outputBits(outputSize);
    const firstLevel = startLevel(inputBits, granule);
    super(pages, new PageTableBuilder(pages, lpaeFormat(granule, 4 - firstLevel)));
    this.stage = stage;
    this.tag = options.tag;
    this.unit = options.unit;
    this.fields = { inputBits, startLevel: firstLevel, granule, outputSize };
    this.commands = options.commands;
    this.onFree = options.onFree;
    this.geometry = { first: 0n, last: (1n << inputBits) - 1n };
    this.pageSizes =
      granule === 12n ? (1n << 12n) | (1n << 21n) | (1n << 30n) : (1n << 16n) | (1n << 29n);
  }

  /** arm_smmu_make_s1_cd() */
  get contextDescriptor(): readonly bigint[] {
    return encodeContext(this.tag, { ...this.fields, root: this.root });
  }

  /** arm_smmu_make_s2_domain_ste() */
  get stage2Entry(): SteWords {
    return encodeStage2(this.tag, { ...this.fields, root: this.root });
  }

  /** arm_smmu_inv_flush_iotlb_tag(): with the last stream goes what is cached under the tag. */
  leave(stream: StreamId): void {
    this.streams.delete(stream);
    if (this.streams.size === 0) this.flushAll();
  }

  override free(): void {
    invariant(this.streams.size === 0, `the domain of tag ${this.tag} is freed while attached`);
    super.free();
    this.onFree();
  }

  protected override rightsOf(protection: IommuProtection): bigint {
    return this.stage === 1 ? stage1Attributes(protection) : stage2Attributes(protection);
  }

  /**
   * arm_smmu_domain_inv_range(). No invalidation of stage 2 reaches what was cached for a guest's address: all that goes. HW-SMU-32
   */
  protected override flush(iova: bigint, length: bigint): void {
    if (this.streams.size === 0) return;
    if (this.stage === 1) {
      this.commands.issueRange(iova, length, (page) => invalidatePage(this.tag, page));
      return;
    }
    this.commands.issueRange(iova, length, (page) => invalidateStage2Page(this.tag, page));
    this.flushGuests();
  }

  protected flushGuests(): void {
    this.commands.issue(invalidateVmidStage1(this.tag));
  }

  protected flushAll(): void {
    this.commands.issue(this.stage === 1 ? invalidateAsid(this.tag) : invalidateVmid(this.tag));
  }
}
