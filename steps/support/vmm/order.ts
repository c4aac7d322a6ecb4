import type { Fd } from '#port/process.ts';
import type { SystemCall } from '#port/vmm.ts';

/** What must come before what, whatever the scenario is about: the family VMM-ORD. */

/** A device file, as far as its calls have brought it. */
interface BoundDevice {
  readonly iommufd: Fd;
  readonly id: number;
  /** What it is attached to. */
  pageTable?: number | undefined;
}

interface PageTable {
  readonly iommufd: Fd;
  readonly id: number;
  readonly ioas: number;
}

/** What is there after the calls so far. */
class State {
  readonly devices = new Map<Fd, BoundDevice>();
  readonly groups = new Set<Fd>();
  pageTables: readonly PageTable[] = [];

  /** A device file that is attached to that object. */
  userOf(iommufd: Fd, id: number): Fd | undefined {
    const users = [...this.devices].filter(([, each]) => each.iommufd === iommufd);
    return users.find(([, { pageTable }]) => pageTable === id)?.[0];
  }

  on(iommufd: Fd, ioas: number): PageTable | undefined {
    return this.pageTables.find((each) => each.iommufd === iommufd && each.ioas === ioas);
  }
}

/** Why the call comes too early or too late. */
type Rule = (call: SystemCall, state: State) => string | undefined;

const rules: Readonly<Record<string, Rule>> = {
  VFIO_DEVICE_ATTACH_IOMMUFD_PT: ({ fd }, { devices }) =>
    devices.has(fd) ? undefined : 'the device is not bound',
  IOMMU_HWPT_ALLOC: ({ fd, given }, { devices }) => {
    const id = Number(given['dev_id']);
    const bound = [...devices.values()].some((each) => each.iommufd === fd && each.id === id);
    return bound ? undefined : `device ${id} is not bound`;
  },
  IOMMU_DESTROY: ({ fd, given }, state) => {
    const id = Number(given['id']);
    const user = state.userOf(fd, id);
    if (user !== undefined) return `a device, fd ${user}, is attached to it still`;
    const table = state.on(fd, id);
    return table && `page table ${table.id} is on it still`;
  },
  VFIO_GROUP_GET_DEVICE_FD: ({ fd }, { groups }) =>
    groups.has(fd) ? undefined : 'the group has no container',
};

/** What a call that succeeded has changed. */
const effects: Readonly<Record<string, (call: SystemCall, state: State) => void>> = {
  VFIO_DEVICE_BIND_IOMMUFD: ({ fd, given, after }, { devices }) => {
    devices.set(fd, { iommufd: Number(given['iommufd']), id: Number(after['out_devid']) });
  },
  VFIO_DEVICE_ATTACH_IOMMUFD_PT: ({ fd, given }, { devices }) => {
    const device = devices.get(fd);
    if (device) device.pageTable = Number(given['pt_id']);
  },
  VFIO_DEVICE_DETACH_IOMMUFD_PT: ({ fd }, { devices }) => {
    const device = devices.get(fd);
    if (device) device.pageTable = undefined;
  },
  IOMMU_HWPT_ALLOC: ({ fd: iommufd, given, after }, state) => {
    const table = { iommufd, id: Number(after['out_hwpt_id']), ioas: Number(given['pt_id']) };
    state.pageTables = [...state.pageTables, table];
  },
  IOMMU_DESTROY: ({ fd, given }, state) => {
    const isOther = ({ iommufd, id }: PageTable) => iommufd !== fd || id !== Number(given['id']);
    state.pageTables = state.pageTables.filter(isOther);
  },
  VFIO_GROUP_SET_CONTAINER: ({ fd }, { groups }) => groups.add(fd),
  VFIO_GROUP_UNSET_CONTAINER: ({ fd }, { groups }) => groups.delete(fd),
  close: ({ fd }, state) => {
    state.devices.delete(fd);
    state.groups.delete(fd);
    state.pageTables = state.pageTables.filter(({ iommufd }) => iommufd !== fd);
  },
};

/** The first call that came too early or too late, with its place in the trace; undefined where there is none. */
export function brokenOrder(calls: readonly SystemCall[]): string | undefined {
  const state = new State();
  for (const [index, call] of calls.entries()) {
    const why = rules[call.name]?.(call, state);
    if (why !== undefined) {
      return `VMM-ORD-01: call ${index + 1} of the VMM, ${call.name}, came in the wrong order: ${why}`;
    }
    if (call.result >= 0) effects[call.name]?.(call, state);
  }
  return undefined;
}
