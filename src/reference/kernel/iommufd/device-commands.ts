import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_GET_HW_INFO,
  IOMMU_HW_CAP_DIRTY_TRACKING,
  IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED,
  IOMMU_HW_INFO_FLAG_INPUT_TYPE,
  IOMMU_HW_INFO_TYPE_DEFAULT,
  IOMMU_HW_INFO_TYPE_NONE,
} from '#uapi/iommufd/device.ts';
import type { iommu_hw_info } from '#uapi/iommufd/device.ts';
import type { DeviceCapabilities, HardwareInfo } from '../iommu/domain.ts';
import { isErrno } from '../lib/errno.ts';
import { PAGE_SIZE } from '../mm/user-memory.ts';
import type { Task } from '../fs/process.ts';
import { IommufdDevice } from './device.ts';
import { row } from './dispatcher.ts';
import type { CommandRow } from './dispatcher.ts';
import type { Iommufd } from './main.ts';
import type { UserCommand } from './user-command.ts';

type InfoCommand = UserCommand<typeof iommu_hw_info>;

const NO_INFO: HardwareInfo = {
  type: IOMMU_HW_INFO_TYPE_NONE,
  data: new Uint8Array(),
};

/** device.c: iommufd_get_hw_info(). */
export class DeviceCommands {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  rows(): CommandRow[] {
    return [row(IOMMU_GET_HW_INFO, (command) => this.getHwInfo(command))];
  }

  /** HWINFO-01 02 03 04 05 07 08 09 10 11 13 19 NOIO-04 ABI-30 VFIO-CDEV-11 */
  getHwInfo(command: InfoCommand): ErrnoName | undefined {
    const { flags, __reserved, dev_id } = command.fields;
    if (flags & ~IOMMU_HW_INFO_FLAG_INPUT_TYPE) return 'EOPNOTSUPP';
    if (__reserved.some((byte) => byte !== 0)) return 'EOPNOTSUPP';
    const device = this.context.objects.get(dev_id, IommufdDevice);
    if (isErrno(device)) return device;
    if (this.isNoiommu(device)) return 'EOPNOTSUPP';
    const noMemory = this.context.kernel.faults.kmalloc();
    if (noMemory) return noMemory;
    const info = device.device.hardwareInfo() ?? NO_INFO;
    if (!this.offers(info, command)) return 'EOPNOTSUPP';
    const error = this.copyData(command, info.data);
    if (error) return error;
    return command.respond({
      data_len: info.data.length,
      out_data_type: info.type,
      out_capabilities: capabilitiesOf(device.device),
      out_max_pasid_log2: device.device.pasidWidth,
    });
  }

  protected isNoiommu({ device }: IommufdDevice): boolean {
    return device.iommu.isAbsent === true;
  }

  /** A device without information has it of any type. HWINFO-09 10 11 */
  protected offers(info: HardwareInfo, { fields }: InfoCommand): boolean {
    if (!(fields.flags & IOMMU_HW_INFO_FLAG_INPUT_TYPE)) return true;
    if (info.type === IOMMU_HW_INFO_TYPE_NONE) return true;
    return [IOMMU_HW_INFO_TYPE_DEFAULT, info.type].includes(fields.in_data_type);
  }

  /** As much as fits, and zeros behind it. HWINFO-05 06 07 21 */
  protected copyData({ fields, task }: InfoCommand, data: Uint8Array): ErrnoName | undefined {
    const { data_len, data_uptr } = fields;
    const error = task.memory.copyToUser(data_uptr, data.subarray(0, data_len));
    if (error || data_len <= data.length) return error;
    return this.clearUser(task, data_uptr + BigInt(data.length), data_len - data.length);
  }

  /** clear_user(). */
  protected clearUser(task: Task, address: bigint, length: number): ErrnoName | undefined {
    const zeros = new Uint8Array(Number(PAGE_SIZE));
    for (let done = 0; done < length; done += zeros.length) {
      const piece = zeros.subarray(0, length - done);
      const error = task.memory.copyToUser(address + BigInt(done), piece);
      if (error) return error;
    }
    return undefined;
  }
}

/** IOMMU_HW_CAP_*: no device here is a PCI device with PASIDs. HWINFO-12 14 DIRTY-24 */
function capabilitiesOf({ dirtyTracking, ats }: DeviceCapabilities): bigint {
  const dirty = dirtyTracking ? IOMMU_HW_CAP_DIRTY_TRACKING : 0;
  return BigInt(dirty | (ats ? 0 : IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED));
}
