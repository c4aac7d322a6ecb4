import { streamOf, isOfStream } from '#formats/smmuv3/commands.ts';
import type { Command } from '#formats/smmuv3/commands.ts';
import { withEventStream } from '#formats/smmuv3/events.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_HWPT_DATA_ARM_SMMUV3,
  IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3,
  iommu_hwpt_arm_smmuv3,
  iommu_viommu_arm_smmuv3_invalidate,
} from '#uapi/iommufd/hwpt.ts';
import { IOMMU_VEVENTQ_TYPE_ARM_SMMUV3, iommu_vevent_arm_smmuv3 } from '#uapi/iommufd/viommu.ts';

import { isErrno } from '../../lib/errno.ts';
import { copySizedStruct } from '../../mm/copy-struct.ts';
import type { ArmParts } from './parts.ts';
import type { Invalidated, NestedDomain } from '../domain.ts';
import { copyUserData } from '../user-data.ts';
import type { UserData, UserDataArray } from '../user-data.ts';
import type { ViommuCore, ViommuOps } from '../viommu.ts';
import type { SmmuCommands } from './command-queue.ts';
import { checkGuestEntry, isGuestCommand, withStream, withVmid } from './guest-entries.ts';
import type { CommandLimits } from './guest-entries.ts';
import { SmmuMaster } from './smmu-master.ts';
import type { SmmuDomain } from './smmu-domain.ts';

export interface VsmmuOptions {
  readonly core: ViommuCore;
  readonly parent: SmmuDomain;
  readonly commands: SmmuCommands;
  readonly parts: ArmParts;
  readonly limits: CommandLimits;
}

/** arm-smmu-v3-iommufd.c: struct arm_vsmmu: the SMMU as one guest has it. */
export class Vsmmu implements ViommuOps {
  readonly parent: SmmuDomain;
  protected readonly core: ViommuCore;
  protected readonly commands: SmmuCommands;
  protected readonly parts: ArmParts;
  protected readonly limits: CommandLimits;

  constructor({ core, parent, commands, parts, limits }: VsmmuOptions) {
    this.limits = limits;
    this.core = core;
    this.parent = parent;
    this.commands = commands;
    this.parts = parts;
  }

  destroy(): void {}

  /** arm_vsmmu_vdevice_init(): commands for a stream reach one stream. VDEV-10 */
  initVdevice(hardware: unknown): ErrnoName | undefined {
    const isOne = hardware instanceof SmmuMaster && hardware.streams.length === 1;
    return isOne ? undefined : 'EOPNOTSUPP';
  }

  /** arm_vsmmu_alloc_domain_nested(). HWPT-33 34 35, HW-SMU-04 */
  allocNestedDomain(flags: number, data: UserData): NestedDomain | ErrnoName {
    if (flags) return 'EOPNOTSUPP';
    if (data.type !== IOMMU_HWPT_DATA_ARM_SMMUV3) return 'EINVAL';
    const fields = copyUserData(data, iommu_hwpt_arm_smmuv3, iommu_hwpt_arm_smmuv3.size);
    if (isErrno(fields)) return fields;
    const [low = 0n, high = 0n] = fields.ste;
    const entry = checkGuestEntry([low, high]);
    return isErrno(entry) ? entry : new this.parts.arm.SmmuNestedDomain(this, entry);
  }

  /** arm_vsmmu_cache_invalidate(): what a guest is told to be done is done. INV-20 21 22 23, HW-SMU-34 37 */
  invalidate(array: UserDataArray): Invalidated {
    const commands = this.copyCommands(array);
    if (isErrno(commands)) return { done: 0, error: commands };
    for (const [done, command] of commands.entries()) {
      const converted = this.convert(command);
      if (converted === undefined) return { done, error: 'EIO' };
      this.commands.issue(converted);
    }
    return { done: commands.length };
  }

  /** The guest's own number for the device. */
  virtualIdOf(master: SmmuMaster): bigint | undefined {
    return this.core.virtualIdOf(master);
  }

  /** arm_vmaster_report_event(). VEVQ-21, HW-SMU-28 */
  reportEvent(words: readonly bigint[], virtualId: bigint): ErrnoName | undefined {
    const data = iommu_vevent_arm_smmuv3.pack({ evt: withEventStream(words, virtualId) });
    return this.core.reportEvent(IOMMU_VEVENTQ_TYPE_ARM_SMMUV3, data);
  }

  /** iommu_copy_struct_from_full_user_array(): no array without entries. INV-22 */
  protected copyCommands(array: UserDataArray): Command[] | ErrnoName {
    const { memory, type, address, entries, entryLength } = array;
    if (type !== IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3 || entries === 0) return 'EINVAL';
    const commands: Command[] = [];
    const sizes = { userSize: entryLength, size: iommu_viommu_arm_smmuv3_invalidate.size };
    for (let index = 0; index < entries; index += 1) {
      const place = address + BigInt(index) * BigInt(entryLength);
      const bytes = copySizedStruct(memory, place, sizes);
      if (isErrno(bytes)) return bytes;
      const [low = 0n, high = 0n] = iommu_viommu_arm_smmuv3_invalidate.unpack(bytes).cmd;
      commands.push([low, high]);
    }
    return commands;
  }

  /** arm_vsmmu_convert_user_cmd(): undefined is EIO. */
  protected convert(command: Command): Command | undefined {
    if (!isGuestCommand(command, this.limits)) return undefined;
    if (!isOfStream(command)) return withVmid(command, this.parent.tag);
    const stream = this.streamOf(BigInt(streamOf(command)));
    return stream === undefined ? undefined : withStream(command, stream);
  }

  /** arm_vsmmu_vsid_to_sid() */
  protected streamOf(virtualId: bigint): number | undefined {
    const master = this.core.findDevice(virtualId)?.hardware;
    return master instanceof SmmuMaster ? master.streams[0] : undefined;
  }
}
