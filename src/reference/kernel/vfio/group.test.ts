import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { IOMMU_VFIO_IOAS, IOMMU_VFIO_IOAS_GET } from '#uapi/iommufd/objects.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, O_RDWR, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import { IOMMUFD_PATH, noiommuGroupPath, vfioDevicePath, vfioGroupPath } from '#uapi/paths.ts';
import {
  VFIO_DEVICE_ATTACH_IOMMUFD_PT,
  VFIO_DEVICE_BIND_IOMMUFD,
  VFIO_DEVICE_GET_INFO,
} from '#uapi/vfio/device.ts';
import {
  VFIO_GROUP_FLAGS_CONTAINER_SET,
  VFIO_GROUP_FLAGS_VIABLE,
  VFIO_GROUP_GET_DEVICE_FD,
  VFIO_GROUP_GET_STATUS,
  VFIO_GROUP_SET_CONTAINER,
  VFIO_GROUP_UNSET_CONTAINER,
} from '#uapi/vfio/group.ts';
import { bareBoard } from '../../machine/board.ts';
import { Machine } from '../../machine/machine.ts';
import type { MachineDevice } from '../../machine/machine-hardware.ts';
import { defaultParts } from '../../machine/parts.ts';
import type { Task } from '../fs/process.ts';

const PAGE = 0x1000n;

/** A process on a machine with one group of two devices. */
class Program {
  readonly machine: Machine;
  readonly device: MachineDevice;
  readonly sibling: MachineDevice;
  readonly task: Task;
  readonly memory: bigint;
  readonly iommufd: number;

  constructor(machine = new Machine()) {
    this.machine = machine;
    this.device = machine.hardware.plug();
    this.sibling = machine.hardware.plugBeside(this.device);
    this.task = machine.newTask();
    this.memory = machine.syscalls.mmap(this.task, {
      address: 0n,
      length: 3n * PAGE,
      protection: PROT_READ | PROT_WRITE,
      flags: MAP_PRIVATE | MAP_ANONYMOUS,
      fd: -1,
      offset: 0n,
    });
    this.iommufd = this.open(IOMMUFD_PATH);
  }

  open(path: string): number {
    return this.machine.syscalls.open(this.task, path, O_RDWR);
  }

  openGroup(): number {
    return this.open(vfioGroupPath(this.device.iommu.group.id));
  }

  close(fd: number): void {
    assert.equal(this.machine.syscalls.close(this.task, fd), 0);
  }

  call(fd: number, request: number, argument: Uint8Array = new Uint8Array()): number {
    this.task.memory.store(this.memory, argument);
    return this.machine.syscalls.ioctl(this.task, fd, request, this.memory);
  }

  setContainer(group: number, fd = this.iommufd): number {
    return this.call(
      group,
      VFIO_GROUP_SET_CONTAINER.request,
      new Uint8Array(Int32Array.of(fd).buffer),
    );
  }

  unsetContainer(group: number): number {
    return this.call(group, VFIO_GROUP_UNSET_CONTAINER.request);
  }

  getDevice(group: number, name = this.device.name): number {
    return this.call(group, VFIO_GROUP_GET_DEVICE_FD.request, Buffer.from(`${name}\0`));
  }

  status(group: number): number {
    const { request, struct } = VFIO_GROUP_GET_STATUS;
    assert.equal(this.call(group, request, struct.pack({ argsz: struct.size })), 0);
    const bytes = this.task.memory.load(this.memory, struct.size);
    return struct.unpack(bytes as Uint8Array).flags;
  }

  vfioIoas(): number {
    const { request, struct } = IOMMU_VFIO_IOAS;
    const argument = struct.pack({ size: struct.size, op: IOMMU_VFIO_IOAS_GET });
    return this.call(this.iommufd, request, argument);
  }
}

function fails(result: number, errno: ErrnoName): void {
  assert.equal(result, failure(errno));
}

describe('the node of a group', () => {
  it('is opened once', () => {
    const program = new Program();
    const group = program.openGroup();
    fails(program.openGroup(), 'EBUSY');
    program.close(group);
    assert.ok(program.openGroup() >= 0);
  });

  it('is not there where VFIO has no device of the group', () => {
    const program = new Program();
    const { device, sibling, machine } = program;
    const { drivers } = machine.hardware;
    drivers.rebind(device, 'host');
    fails(program.open(vfioDevicePath(device.index)), 'ENOENT');
    const group = program.openGroup();
    assert.equal(program.status(group), 0);
    program.setContainer(group);
    fails(program.getDevice(group), 'ENODEV');
    fails(program.getDevice(group, sibling.name), 'EPERM');
    program.close(group);
    drivers.rebind(sibling, 'host');
    fails(program.openGroup(), 'ENOENT');
  });

  it('takes only what belongs to it', () => {
    const program = new Program();
    const group = program.openGroup();
    fails(program.call(group, VFIO_DEVICE_GET_INFO.request), 'ENOTTY');
    fails(program.setContainer(group, 99), 'EBADF');
    fails(program.setContainer(group, group), 'EBADFD');
    fails(program.unsetContainer(group), 'EINVAL');
    fails(program.vfioIoas(), 'ENODEV');
    program.setContainer(group);
    fails(program.setContainer(group), 'EINVAL');
    assert.equal(program.vfioIoas(), 0);
  });

  it('says whether it has a container', () => {
    const program = new Program();
    const group = program.openGroup();
    assert.equal(program.status(group), VFIO_GROUP_FLAGS_VIABLE);
    program.setContainer(group);
    const both = VFIO_GROUP_FLAGS_VIABLE | VFIO_GROUP_FLAGS_CONTAINER_SET;
    assert.equal(program.status(group), both);
    program.unsetContainer(group);
    assert.equal(program.status(group), VFIO_GROUP_FLAGS_VIABLE);
  });

  it('knows its devices by their names', () => {
    const program = new Program();
    const group = program.openGroup();
    fails(program.getDevice(group, 'nobody'), 'ENODEV');
    fails(program.getDevice(group), 'EINVAL');
    fails(program.getDevice(group, 'n'.repeat(4095)), 'ENODEV');
    fails(program.getDevice(group, 'n'.repeat(4096)), 'EINVAL');
    const { syscalls } = program.machine;
    const { request } = VFIO_GROUP_GET_DEVICE_FD;
    fails(syscalls.ioctl(program.task, group, request, 0n), 'EFAULT');
  });
});

describe('a device that came from its group', () => {
  it('is bound as long as one of its files is open', () => {
    const program = new Program();
    const group = program.openGroup();
    program.setContainer(group);
    const [one, other] = [program.getDevice(group), program.getDevice(group)];
    assert.notEqual(one, other);
    assert.ok(program.device.iommu.group.isDmaOwned);
    program.close(one);
    assert.ok(program.device.iommu.group.isDmaOwned);
    program.close(other);
    assert.ok(!program.device.iommu.group.isDmaOwned);
  });

  it('lives on without its group, and stays where it is', () => {
    const program = new Program();
    const group = program.openGroup();
    program.setContainer(group);
    const device = program.getDevice(group);
    assert.equal(program.unsetContainer(group), 0);
    fails(program.getDevice(group), 'EINVAL');
    program.close(group);
    const again = program.openGroup();
    assert.equal(program.status(again), 0);
    assert.equal(program.setContainer(again, program.open(IOMMUFD_PATH)), 0);
    const shared = program.getDevice(again);
    assert.ok(shared >= 0);
    program.close(device);
    assert.ok(program.device.iommu.group.isDmaOwned);
    program.close(shared);
    assert.ok(!program.device.iommu.group.isDmaOwned);
  });

  it('refuses the commands of one with a node of its own', () => {
    const program = new Program();
    const group = program.openGroup();
    program.setContainer(group);
    const device = program.getDevice(group);
    const { request, struct } = VFIO_DEVICE_BIND_IOMMUFD;
    const argument = struct.pack({ argsz: struct.size, iommufd: program.iommufd });
    fails(program.call(device, request, argument), 'EINVAL');
    fails(program.call(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT.request), 'ENOTTY');
    const { struct: info } = VFIO_DEVICE_GET_INFO;
    assert.equal(program.call(device, VFIO_DEVICE_GET_INFO.request, info.pack({ argsz: 24 })), 0);
  });
});

describe('a group in noiommu mode', () => {
  /** On a machine without an IOMMU. */
  function noiommuGroup(): { readonly program: Program; readonly group: number } {
    const program = new Program(new Machine(defaultParts, bareBoard));
    const { vfio } = program.machine.kernel;
    vfio.unsafeNoiommuMode = true;
    vfio.probe(program.device);
    return { program, group: program.open(noiommuGroupPath(program.device.iommu.group.id)) };
  }

  it('gives a device that is bound to nothing', () => {
    const { program, group } = noiommuGroup();
    assert.equal(program.setContainer(group), 0);
    fails(program.vfioIoas(), 'ENODEV');
    const device = program.getDevice(group);
    assert.ok(device >= 0);
    assert.ok(!program.device.iommu.group.isDmaOwned);
    program.close(device);
  });

  it('gives it only to who may touch all memory', () => {
    const { program, group } = noiommuGroup();
    program.setContainer(group);
    const { syscalls } = program.machine;
    const helper = syscalls.fork(program.task, ['SYS_RAWIO']);
    const { request } = VFIO_GROUP_GET_DEVICE_FD;
    program.task.memory.store(program.memory, Buffer.from(`${program.device.name}\0`));
    helper.memory.store(program.memory, Buffer.from(`${program.device.name}\0`));
    fails(syscalls.ioctl(helper, group, request, program.memory), 'EPERM');
  });
});
