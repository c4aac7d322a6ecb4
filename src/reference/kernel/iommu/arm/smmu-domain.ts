import {
  invalidateAsid,
  invalidateDevice,
  invalidateDeviceRange,
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

/** struct arm_smmu_master_domain, and what its entries in the list of invalidations say. */
export interface DomainUser {
  readonly stream: StreamId;
  readonly substream: number | undefined;
  /** It keeps translations: ATS is on, or about to be. */
  readonly hasDeviceTlb: boolean;
  /** By way of a guest's table. */
  readonly isNested: boolean;
}

function nameOf({ stream, substream }: Pick<DomainUser, 'stream' | 'substream'>): string {
  return `${stream}:${substream ?? ''}`;
}

/** struct arm_smmu_domain: a table of either stage. */
export class SmmuDomain extends TableDomain {
  override readonly geometry: { readonly first: bigint; readonly last: bigint };
  override readonly pageSizes: bigint;
  readonly stage: 1 | 2;
  readonly tag: number;
  readonly unit: object;
  /** Whose entry or context descriptor leads here, also by way of a guest's table. */
  protected readonly users = new Map<string, DomainUser>();
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

  /** arm_smmu_attach_prepare_invs(): from now on it is told of what is unmapped. */
  join(user: DomainUser): void {
    this.users.set(nameOf(user), user);
  }

  /** arm_smmu_inv_flush_iotlb_tag(): with the last one goes what is cached under the tag. HW-SMU-20 40 */
  leave(user: Pick<DomainUser, 'stream' | 'substream'>): void {
    this.users.delete(nameOf(user));
    if (this.users.size === 0) this.flushAll();
  }

  override free(): void {
    invariant(this.users.size === 0, `the domain of tag ${this.tag} is freed while attached`);
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
    if (this.users.size === 0) return;
    if (this.stage === 1) {
      this.commands.issueRange(iova, length, (page) => invalidatePage(this.tag, page));
    } else {
      this.commands.issueRange(iova, length, (page) => invalidateStage2Page(this.tag, page));
      this.flushGuests();
    }
    this.flushDevices(iova, length);
  }

  /**
   * arm_smmu_atc_inv_to_cmd(): once the unit cannot give them the old any more. What a device has for an address of a guest
   * cannot be told by the guest's memory behind it: all that goes. HW-SMU-32 33 42
   */
  protected flushDevices(first: bigint, length: bigint): void {
    for (const user of this.users.values()) {
      if (!user.hasDeviceTlb) continue;
      const { stream, substream, isNested } = user;
      const command = isNested
        ? invalidateDevice(stream, undefined)
        : invalidateDeviceRange({ stream, substream }, { first, length });
      this.commands.issue(command);
    }
  }

  protected flushGuests(): void {
    this.commands.issue(invalidateVmidStage1(this.tag));
  }

  protected flushAll(): void {
    this.commands.issue(this.stage === 1 ? invalidateAsid(this.tag) : invalidateVmid(this.tag));
  }
}
