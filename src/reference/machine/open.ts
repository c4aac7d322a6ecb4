import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMUFD_PATH, SELF_STATUS_PATH, VFIO_CONTAINER_PATH } from '#uapi/paths.ts';
import type { FileOperations } from '../kernel/fs/file.ts';
import { U32_MAX } from '../kernel/lib/math.ts';
import type { Kernel } from './kernel.ts';
import { isErrno } from '../kernel/lib/errno.ts';
import type { Task } from '../kernel/fs/process.ts';
import { openFaultInjection } from '../kernel/fs/fault-injection-files.ts';
import { NullDevice, ZeroDevice } from '../kernel/fs/null.ts';
import { ParameterFile } from '../kernel/fs/parameter-file.ts';
import { numberSetting, SettingFile } from '../kernel/fs/setting-file.ts';
import { StatusFile } from '../kernel/fs/status.ts';
import { openSysfs, SysfsFile } from '../kernel/fs/sysfs.ts';
import { UeventFile } from '../kernel/fs/uevent.ts';
import { sysfsOf } from './sysfs.ts';

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

/** vfio.enable_unsafe_noiommu_mode. VFIO-CTR-03 */
function noiommuMode({ vfio }: Kernel): FileOperations {
  return new ParameterFile({
    get: () => vfio.unsafeNoiommuMode,
    set: (value) => (vfio.unsafeNoiommuMode = value),
  });
}

/** CONFIG_VFIO_CONTAINER excludes CONFIG_IOMMUFD_VFIO_CONTAINER. VFIO-CTR-01 */
function container(kernel: Kernel): FileOperations {
  const { iommufd, vfio } = kernel.parts;
  return kernel.config.vfioContainer === true
    ? new vfio.VfioContainer(kernel)
    : new iommufd.Iommufd(kernel, 'mm');
}

/** vfio_iommu_type1.allow_unsafe_interrupts. VFIO-CTR-11 */
function type1UnsafeInterrupts({ parameters }: Kernel): FileOperations {
  return new ParameterFile({
    get: () => parameters.type1AllowUnsafeInterrupts,
    set: (value) => (parameters.type1AllowUnsafeInterrupts = value),
  });
}

/** vfio_pci.enable_sriov. VFIO-SYS-10 */
function enableSriov({ parameters }: Kernel): FileOperations {
  return new ParameterFile({
    get: () => parameters.enableSriov,
    set: (value) => (parameters.enableSriov = value),
  });
}

/** vfio_pci.nointxmask. VFIO-INT-27 */
function noIntxMask({ parameters }: Kernel): FileOperations {
  return new ParameterFile({
    get: () => parameters.noIntxMask,
    set: (value) => (parameters.noIntxMask = value),
  });
}

/** vfio_iommu_type1.dma_entry_limit. VFIO-MAP-07 */
function dmaEntryLimit({ parameters }: Kernel): FileOperations {
  const limits = { least: 0n, greatest: BigInt(U32_MAX) };
  const setting = numberSetting({
    get: () => parameters.dmaEntryLimit,
    set: (value) => (parameters.dmaEntryLimit = Number(value)),
    ...limits,
  });
  return new SettingFile(setting);
}

const SYSFS_PATH = '/sys/';
const FDINFO_PATH = '/proc/self/fdinfo/';

/** fs/proc/fd.c */
function openFdinfo({ files }: Task, fd: number): FileOperations | ErrnoName {
  const file = files.get(fd);
  if (isErrno(file)) return 'ENOENT';
  return new SysfsFile({
    show: () => `flags:\t0${file.flags.toString(8)}\n${file.operations.fdinfo?.() ?? ''}`,
  });
}

const type1Parameters = '/sys/module/vfio_iommu_type1/parameters';

/** Of a kernel with containers of VFIO's own. */
const type1Nodes = new Map<string, Opener>([
  [`${type1Parameters}/allow_unsafe_interrupts`, type1UnsafeInterrupts],
  [`${type1Parameters}/dma_entry_limit`, dmaEntryLimit],
]);

/** The nodes that are always there. ABI-22 23 OPT-05 */
const nodes = new Map<string, Opener>([
  [IOMMUFD_PATH, (kernel) => new kernel.parts.iommufd.Iommufd(kernel, 'user')],
  [VFIO_CONTAINER_PATH, container],
  [SELF_STATUS_PATH, (_kernel, task) => new StatusFile(task)],
  ['/sys/class/misc/iommu/uevent', () => new UeventFile(iommuNode)],
  ['/sys/class/misc/vfio/uevent', () => new UeventFile(containerNode)],
  ['/sys/module/iommufd/parameters/allow_unsafe_interrupts', unsafeInterrupts],
  ['/sys/module/vfio/parameters/enable_unsafe_noiommu_mode', noiommuMode],
  ['/sys/module/vfio_pci/parameters/enable_sriov', enableSriov],
  ['/sys/module/vfio_pci/parameters/nointxmask', noIntxMask],
  ['/dev/null', () => new NullDevice()],
  ['/dev/zero', () => new ZeroDevice()],
]);

/** fs/namei.c as far as device nodes go: ENOENT for all else. VFIO-CDEV-02 */
export function openNode(
  kernel: Kernel,
  task: Task,
  { path, flags }: { readonly path: string; readonly flags: number },
): FileOperations | ErrnoName {
  const ofType1 = kernel.config.vfioContainer === true ? type1Nodes.get(path) : undefined;
  const node = (nodes.get(path) ?? ofType1)?.(kernel, task);
  const setting = node ?? openFaultInjection(kernel.faults, task, path);
  if (setting) return setting;
  if (path.startsWith(FDINFO_PATH)) return openFdinfo(task, Number(path.slice(FDINFO_PATH.length)));
  if (path.startsWith(SYSFS_PATH))
    return openSysfs(sysfsOf(kernel), path.slice(SYSFS_PATH.length), flags) ?? 'ENOENT';
  return kernel.vfio.open(path, task);
}
