import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_TEST_OP_TRIGGER_IOPF } from '#uapi/iommufd/selftest.ts';
import { IOMMU_NO_PASID } from '../../iommu/io-pgfault.ts';
import { isErrno } from '../../lib/errno.ts';
import { IommufdDevice } from '../device.ts';
import type { CommandResult } from '../dispatcher.ts';
import type { Iommufd } from '../main.ts';
import type { SelftestKernel } from './kernel.ts';
import type { TestCommand } from './test-command.ts';

/** selftest.c: what a device that needs a page would do. */
export class PageRequestTests {
  protected readonly context: Iommufd;
  protected readonly kernel: SelftestKernel;

  constructor(context: Iommufd, kernel: SelftestKernel) {
    this.context = context;
    this.kernel = kernel;
  }

  operations(): (readonly [number, (command: TestCommand) => CommandResult])[] {
    return [[IOMMU_TEST_OP_TRIGGER_IOPF, (command) => this.trigger(command)]];
  }

  /** iommufd_test_trigger_iopf(): 0 also where nobody handles it. MOCK-20 FAULT-27 */
  trigger({ fields }: TestCommand): ErrnoName | undefined {
    const { dev_id, pasid, grpid, perm, addr } = fields.operation.trigger_iopf;
    const device = this.context.objects.get(dev_id, IommufdDevice);
    if (isErrno(device)) return device;
    if (!this.kernel.iommu.isMockDevice(device.device)) return 'EINVAL';
    device.device.pageRequests.report({
      address: addr,
      pasid: pasid === IOMMU_NO_PASID ? undefined : pasid,
      groupId: grpid,
      permissions: perm,
      isLast: true,
    });
    return undefined;
  }
}
