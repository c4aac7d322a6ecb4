import type { ErrnoName } from '#uapi/errno.ts';
import * as uapi from '#uapi/iommufd/selftest.ts';
import { isErrno } from '../../lib/errno.ts';
import type { CommandResult } from '../dispatcher.ts';
import { HwPagetable } from '../hw-pagetable.ts';
import type { Iommufd } from '../main.ts';
import { IommufdObject } from '../object.ts';
import { SelftestDevice } from './device.ts';
import type { TestCommand } from './test-command.ts';
import { respondWith } from './test-command.ts';

/** selftest.c: what a driver does for the PASIDs of a mock device. */
export class PasidTests {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  operations(): (readonly [number, (command: TestCommand) => CommandResult])[] {
    return [
      [uapi.IOMMU_TEST_OP_PASID_ATTACH, (command) => this.attach(command)],
      [uapi.IOMMU_TEST_OP_PASID_REPLACE, (command) => this.replace(command)],
      [uapi.IOMMU_TEST_OP_PASID_DETACH, (command) => this.detach(command)],
      [uapi.IOMMU_TEST_OP_PASID_CHECK_HWPT, (command) => this.checkHwpt(command)],
    ];
  }

  /** iommufd_test_pasid_attach(). MOCK-22 PASID-03 24 */
  attach(command: TestCommand): ErrnoName | undefined {
    const { pasid, pt_id: tableId } = command.fields.operation.pasid_attach;
    const device = this.find(command);
    if (isErrno(device)) return device;
    const pt_id = device.bound.attach(tableId, pasid);
    if (isErrno(pt_id)) return pt_id;
    const error = respondWith(command, 'pasid_attach', { pt_id });
    if (error) device.bound.detach(pasid);
    return error;
  }

  /** iommufd_test_pasid_replace(). MOCK-22 DEV-30 PASID-10 11 12 */
  replace(command: TestCommand): ErrnoName | undefined {
    const { pasid, pt_id: tableId } = command.fields.operation.pasid_replace;
    const device = this.find(command);
    if (isErrno(device)) return device;
    const pt_id = device.bound.replace(tableId, pasid);
    return isErrno(pt_id) ? pt_id : respondWith(command, 'pasid_replace', { pt_id });
  }

  /** iommufd_test_pasid_detach(). MOCK-22 PASID-13 14 */
  detach(command: TestCommand): ErrnoName | undefined {
    const device = this.find(command);
    if (isErrno(device)) return device;
    device.bound.detach(command.fields.operation.pasid_detach.pasid);
    return undefined;
  }

  /** iommufd_test_pasid_check_hwpt(): no page table by the id 0. MOCK-24 */
  checkHwpt(command: TestCommand): ErrnoName | undefined {
    const { pasid, hwpt_id } = command.fields.operation.pasid_check;
    const device = this.find(command);
    if (isErrno(device)) return device;
    const attached = device.bound.device.group.attachHandle(pasid)?.domain;
    if (hwpt_id === 0) return attached ? 'EINVAL' : undefined;
    const hwpt = this.context.objects.get(hwpt_id, IommufdObject);
    if (isErrno(hwpt)) return hwpt;
    return hwpt instanceof HwPagetable && hwpt.domain === attached ? undefined : 'EINVAL';
  }

  protected find({ fields }: TestCommand): SelftestDevice | ErrnoName {
    return this.context.objects.get(fields.id, SelftestDevice);
  }
}
