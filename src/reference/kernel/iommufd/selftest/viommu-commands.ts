import type { ErrnoName } from '#uapi/errno.ts';
import {
  IOMMU_TEST_OP_DEV_CHECK_CACHE,
  IOMMU_TEST_OP_TRIGGER_VEVENT,
} from '#uapi/iommufd/selftest.ts';
import { MockDevice } from '../../iommu/mock-device.ts';
import { isErrno } from '../../lib/errno.ts';
import { IommufdDevice } from '../device.ts';
import type { CommandResult } from '../dispatcher.ts';
import type { Iommufd } from '../main.ts';
import type { TestCommand } from './test-command.ts';

/** selftest.c: what a mock device shows of its virtual IOMMU. */
export class ViommuTests {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  operations(): (readonly [number, (command: TestCommand) => CommandResult])[] {
    return [
      [IOMMU_TEST_OP_DEV_CHECK_CACHE, (command) => this.checkCache(command)],
      [IOMMU_TEST_OP_TRIGGER_VEVENT, (command) => this.triggerEvent(command)],
    ];
  }

  /** iommufd_test_dev_check_cache(). MOCK-19 */
  checkCache({ fields }: TestCommand): ErrnoName | undefined {
    const { id, cache } = fields.operation.check_dev_cache;
    const device = this.find(fields.id);
    if (isErrno(device)) return device;
    return device.cache[id] === cache ? undefined : 'EINVAL';
  }

  /** iommufd_test_trigger_vevent(). MOCK-21 VEVQ-17 18 */
  triggerEvent({ fields }: TestCommand): ErrnoName | undefined {
    const device = this.find(fields.operation.trigger_vevent.dev_id);
    return isErrno(device) ? device : device.reportEvent();
  }

  /** EINVAL for a device that is none of the mock devices. */
  protected find(id: number): MockDevice | ErrnoName {
    const device = this.context.objects.get(id, IommufdDevice);
    if (isErrno(device)) return device;
    const { hardware } = device.device;
    return hardware instanceof MockDevice ? hardware : 'EINVAL';
  }
}
