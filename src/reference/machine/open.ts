import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMUFD_PATH, SELF_STATUS_PATH, VFIO_CONTAINER_PATH } from '#uapi/paths.ts';
import type { FileOperations } from '../kernel/fs/file.ts';
import type { Kernel } from './kernel.ts';
import type { Task } from '../kernel/fs/process.ts';
import { openFaultInjection } from '../kernel/fs/fault-injection-files.ts';
import { NullDevice, ZeroDevice } from '../kernel/fs/null.ts';
import { ParameterFile } from '../kernel/fs/parameter-file.ts';
import { StatusFile } from '../kernel/fs/status.ts';
import { UeventFile } from '../kernel/fs/uevent.ts';

type Opener = (kernel: Kernel, task: Task) => FileOperations | ErrnoName;

/** The class misc has major 10; a minor of its own is fixed for VFIO, and dynamic for iommufd. */
const iommuNode = { major: 10, minor: 125, name: 'iommu', mode: '0660' };
const containerNode = { major: 10, minor: 196, name: 'vfio/vfio', mode: '0666' };

/** iommufd.allow_unsafe_interrupts. DEV-13 */
function unsafeInterrupts({ parameters }: Kernel): FileOperations {
  return new ParameterFile({
    get: () => parameters.allowUnsafeInterrupts,
    set: (value) => (parameters.allowUnsafeInterrupts = value),
  });
}

/** The nodes that are always there. ABI-22 23 OPT-05 */
const nodes = new Map<string, Opener>([
  [IOMMUFD_PATH, (kernel) => new kernel.parts.iommufd.Iommufd(kernel, 'user')],
  [VFIO_CONTAINER_PATH, (kernel) => new kernel.parts.iommufd.Iommufd(kernel, 'mm')],
  [SELF_STATUS_PATH, (_kernel, task) => new StatusFile(task)],
  ['/sys/class/misc/iommu/uevent', () => new UeventFile(iommuNode)],
  ['/sys/class/misc/vfio/uevent', () => new UeventFile(containerNode)],
  ['/sys/module/iommufd/parameters/allow_unsafe_interrupts', unsafeInterrupts],
  ['/dev/null', () => new NullDevice()],
  ['/dev/zero', () => new ZeroDevice()],
]);

/** fs/namei.c as far as device nodes go: ENOENT for all else. VFIO-CDEV-02 */
export function openNode(kernel: Kernel, task: Task, path: string): FileOperations | ErrnoName {
  const node = nodes.get(path)?.(kernel, task);
  return node ?? openFaultInjection(kernel.faults, task, path) ?? kernel.vfio.open(path, task);
}
