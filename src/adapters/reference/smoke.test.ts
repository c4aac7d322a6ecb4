import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';

import type { DeviceInfo } from '#port/bench.ts';
import type { Machine } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import type { Struct, Value } from '#uapi/codec.ts';
import { errnoNumbers } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { Command } from '#uapi/ioctl.ts';
import { IOMMU_GET_HW_INFO } from '#uapi/iommufd/device.ts';
import { IOMMU_FAULT_QUEUE_ALLOC } from '#uapi/iommufd/fault.ts';
import { IOMMU_HWPT_ALLOC } from '#uapi/iommufd/hwpt.ts';
import {
  IOMMU_IOAS_ALLOC,
  IOMMU_IOAS_CHANGE_PROCESS,
  IOMMU_IOAS_COPY,
  IOMMU_IOAS_IOVA_RANGES,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FILE,
  IOMMU_IOAS_UNMAP,
} from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY, IOMMU_VFIO_IOAS, IOMMU_VFIO_IOAS_SET } from '#uapi/iommufd/objects.ts';
import * as selftest from '#uapi/iommufd/selftest.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, O_RDWR, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import {
  VFIO_DEVICE_ATTACH_IOMMUFD_PT,
  VFIO_DEVICE_BIND_IOMMUFD,
  VFIO_DEVICE_DETACH_IOMMUFD_PT,
} from '#uapi/vfio/device.ts';
import {
  VFIO_IOMMU_GET_INFO,
  VFIO_IOMMU_MAP_DMA,
  VFIO_IOMMU_UNMAP_DMA,
} from '#uapi/vfio/iommu-type1.ts';
import { implementation } from './index.ts';

const anonymous = {
  address: 0n,
  length: 0x10000n,
  protection: PROT_READ | PROT_WRITE,
  flags: MAP_PRIVATE | MAP_ANONYMOUS,
  fd: -1,
  offset: 0n,
};
const U64_MAX = (1n << 64n) - 1n;
const READ_WRITE = 6;
const FIXED = 7;

type TestOperations = Value<typeof selftest.iommu_test_cmd>['operation'];

/** A program that uses an iommufd. */
class Program {
  readonly process: Process;
  readonly machine: Machine;
  readonly fd: number;
  private readonly scratch: bigint;

  private constructor(machine: Machine, process: Process, fd: number, scratch: bigint) {
    this.machine = machine;
    this.process = process;
    this.fd = fd;
    this.scratch = scratch;
  }

  static async start(): Promise<Program> {
    const options = { machine: 'vt-d-test', timeoutMs: 1, settings: {} };
    const machine = await implementation.start(options);
    const process = await machine.newProcess();
    const fd = await process.open('/dev/iommu', O_RDWR);
    return new Program(machine, process, fd, await process.mmap(anonymous));
  }

  /** The same file in a child process. */
  async fork(drop: readonly 'IPC_LOCK'[] = []): Promise<Program> {
    const process = await this.process.spawn({ drop });
    return new Program(this.machine, process, this.fd, this.scratch);
  }

  async call<S extends Struct>(
    command: Command<S>,
    fields: Partial<Value<S>>,
    fd = this.fd,
  ): Promise<Value<S>> {
    const { struct, request, name } = command;
    const size = { size: struct.size, argsz: struct.size };
    await this.process.store(this.scratch, struct.pack({ ...size, ...fields }));
    equal(await this.process.ioctl(fd, request, this.scratch), 0, name);
    return struct.unpack((await this.process.load(this.scratch, struct.size)) as never) as never;
  }

  async fails<S extends Struct>(
    errno: ErrnoName,
    command: Command<S>,
    fields: Partial<Value<S>>,
    fd = this.fd,
  ): Promise<void> {
    const { struct, request, name } = command;
    const size = { size: struct.size, argsz: struct.size };
    await this.process.store(this.scratch, struct.pack({ ...size, ...fields }));
    const result = await this.process.ioctl(fd, request, this.scratch);
    equal(result, -errnoNumbers[errno], `${name} with ${errno}`);
  }

  async test<Name extends keyof TestOperations>(
    op: number,
    id: number,
    name: Name,
    values: Partial<TestOperations[Name]> = {},
  ): Promise<TestOperations[Name]> {
    const operation = { [name]: values } as never;
    return (await this.call(selftest.IOMMU_TEST_CMD, { op, id, operation })).operation[name];
  }

  async pinned(): Promise<number> {
    const fd = await this.process.open('/proc/self/status', 0);
    const length = await this.process.read(fd, this.scratch, 4096);
    await this.process.close(fd);
    const bytes = (await this.process.load(this.scratch, length)) as Uint8Array;
    return Number(/VmPin:\s+(\d+) kB/.exec(new TextDecoder().decode(bytes))?.[1]) / 4;
  }

  async bind(device: DeviceInfo): Promise<{ fd: number; id: number }> {
    const fd = await this.process.open(device.cdev ?? '', O_RDWR);
    const { out_devid } = await this.call(VFIO_DEVICE_BIND_IOMMUFD, { iommufd: this.fd }, fd);
    return { fd, id: out_devid };
  }
}

test('alloc, map, copy, unmap and destroy', async () => {
  const program = await Program.start();
  const { out_ioas_id: ioas_id } = await program.call(IOMMU_IOAS_ALLOC, {});
  equal(ioas_id, 1);
  const user_va = await program.process.mmap(anonymous);
  const map = { ioas_id, user_va, length: 0x3000n, flags: FIXED, iova: 0x10000n };
  await program.call(IOMMU_IOAS_MAP, map);
  await program.fails('EEXIST', IOMMU_IOAS_MAP, map);
  equal((await program.call(IOMMU_IOAS_MAP, { ...map, flags: READ_WRITE })).iova, 0x1000n);
  const copy = { dst_ioas_id: ioas_id, src_ioas_id: ioas_id, src_iova: 0x11000n };
  await program.call(IOMMU_IOAS_COPY, { ...copy, length: 0x1000n, flags: READ_WRITE });
  await program.fails('EMSGSIZE', IOMMU_IOAS_IOVA_RANGES, { ioas_id });
  const cut = { ioas_id, iova: 0x10000n, length: 0x1000n };
  await program.fails('ENOENT', IOMMU_IOAS_UNMAP, cut);
  equal((await program.call(IOMMU_IOAS_UNMAP, { ioas_id, length: U64_MAX })).length, 0x7000n);
  await program.call(IOMMU_DESTROY, { id: ioas_id });
});

test('a VFIO device sees what is mapped, until it is detached', async () => {
  const program = await Program.start();
  const { process, machine } = program;
  const device = await machine.bench.plug({});
  const { fd, id } = await program.bind(device);
  const { out_ioas_id: ioas_id } = await program.call(IOMMU_IOAS_ALLOC, {});
  const user_va = await process.mmap(anonymous);
  const map = { ioas_id, user_va, length: 0x3000n, flags: FIXED, iova: 0x10000n };
  await program.call(IOMMU_IOAS_MAP, map);
  equal(await program.pinned(), 0);
  const { pt_id } = await program.call(VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id: ioas_id }, fd);
  equal(pt_id, 3);
  equal(await program.pinned(), 3);
  const attachment = { process, iommufd: program.fd };
  const access = { device: device.id, attachment, iova: 0x10000n, length: 0x3000 };
  equal(await machine.bench.sees(access, user_va), true);
  await process.store(user_va, Uint8Array.of(1, 2, 3, 4));
  deepEqual(await machine.bench.dmaRead({ ...access, length: 4 }), {
    bytes: Uint8Array.of(1, 2, 3, 4),
  });
  await program.fails('EBUSY', IOMMU_DESTROY, { id: ioas_id });
  await program.fails('EBUSY', IOMMU_DESTROY, { id: pt_id });
  await program.fails('EBUSY', IOMMU_DESTROY, { id });
  await program.fails('EINVAL', IOMMU_IOAS_MAP, { ...map, iova: 0xfee0_0000n });
  await program.call(VFIO_DEVICE_DETACH_IOMMUFD_PT, {}, fd);
  equal(await machine.bench.dmaRead(access), 'blocked');
  equal(await program.pinned(), 0);
  await program.fails('ENOENT', IOMMU_DESTROY, { id: pt_id });
  await process.close(fd);
  await program.fails('ENOENT', IOMMU_GET_HW_INFO, { dev_id: id });
  await program.call(IOMMU_DESTROY, { id: ioas_id });
  await process.exit();
});

test('page tables made by hand, replacement and groups', async () => {
  const program = await Program.start();
  const { bench } = program.machine;
  const nic = await bench.plug({});
  const { fd, id: dev_id } = await program.bind(nic);
  const { out_ioas_id } = await program.call(IOMMU_IOAS_ALLOC, {});
  const pt = { dev_id, pt_id: out_ioas_id };
  const { out_hwpt_id: first } = await program.call(IOMMU_HWPT_ALLOC, pt);
  const { out_hwpt_id: second } = await program.call(IOMMU_HWPT_ALLOC, pt);
  await program.call(VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id: first }, fd);
  await program.fails('EBUSY', IOMMU_DESTROY, { id: first });
  await program.call(VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id: second }, fd);
  await program.call(IOMMU_DESTROY, { id: first });
  const sibling = await bench.plug({ group: { with: nic.id } });
  const other = await program.bind(sibling);
  await program.fails('EINVAL', VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id: out_ioas_id }, other.fd);
  await program.call(VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id: second }, other.fd);
  await program.process.close(fd);
  await program.fails('EBUSY', IOMMU_DESTROY, { id: second });
  equal(await program.process.open(nic.group ?? '', O_RDWR), -errnoNumbers.EBUSY);
  await program.process.close(program.fd);
  await program.process.close(other.fd);
  equal(await program.process.open(nic.group ?? '', O_RDWR), program.fd);
});

test('mock devices and accesses pin each page once', async () => {
  const program = await Program.start();
  const { process } = program;
  const { out_ioas_id: ioas_id } = await program.call(IOMMU_IOAS_ALLOC, {});
  const mock = await program.test(selftest.IOMMU_TEST_OP_MOCK_DOMAIN, ioas_id, 'mock_domain');
  deepEqual([mock.out_stdev_id, mock.out_idev_id, mock.out_hwpt_id], [2, 3, 4]);
  const user_va = await process.mmap(anonymous);
  const map = { ioas_id, user_va: user_va + 2048n, length: 0x3000n, flags: READ_WRITE };
  const { iova } = await program.call(IOMMU_IOAS_MAP, map);
  const check = { iova, length: 0x3000n, uptr: user_va + 2048n };
  await program.test(selftest.IOMMU_TEST_OP_MD_CHECK_MAP, mock.out_hwpt_id, 'check_map', check);
  const references = { uptr: user_va, length: 0x4000n, refs: 1 };
  await program.test(selftest.IOMMU_TEST_OP_MD_CHECK_REFS, 0, 'check_refs', references);
  await program.call(IOMMU_DESTROY, { id: mock.out_stdev_id });
  await program.test(selftest.IOMMU_TEST_OP_MD_CHECK_REFS, 0, 'check_refs', {
    ...references,
    refs: 0,
  });
  await program.fails('ENOENT', IOMMU_DESTROY, { id: mock.out_hwpt_id });
});

test('an access lets go of an area that is unmapped', async () => {
  const program = await Program.start();
  const { process } = program;
  const { out_ioas_id: ioas_id } = await program.call(IOMMU_IOAS_ALLOC, {});
  const flags = selftest.MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES;
  const { out_access_fd } = await program.test(
    selftest.IOMMU_TEST_OP_CREATE_ACCESS,
    ioas_id,
    'create_access',
    { flags },
  );
  const user_va = await process.mmap(anonymous);
  const map = { ioas_id, user_va, length: 0x4000n, flags: READ_WRITE };
  const { iova } = await program.call(IOMMU_IOAS_MAP, map);
  const range = { iova: iova + 0x1000n, length: 0x2000n, uptr: user_va + 0x1000n };
  await program.test(selftest.IOMMU_TEST_OP_ACCESS_PAGES, out_access_fd, 'access_pages', range);
  equal(await program.pinned(), 2);
  const bytes = Uint8Array.of(7, 8, 9);
  await process.store(user_va + 0x3000n, bytes);
  const rw = { iova: iova + 5n, length: 3n, uptr: user_va + 0x3000n };
  await program.test(selftest.IOMMU_TEST_OP_ACCESS_RW, out_access_fd, 'access_rw', {
    ...rw,
    flags: selftest.MOCK_ACCESS_RW_WRITE,
  });
  deepEqual(await process.load(user_va + 5n, 3), bytes);
  await program.call(IOMMU_IOAS_UNMAP, { ioas_id, iova, length: 0x4000n });
  equal(await program.pinned(), 0);
  await program.fails('EBUSY', IOMMU_DESTROY, { id: ioas_id });
  await process.close(out_access_fd);
  await program.call(IOMMU_DESTROY, { id: ioas_id });
});

test('a fault queue lives as long as its file', async () => {
  const program = await Program.start();
  const { out_fault_id: id, out_fault_fd } = await program.call(IOMMU_FAULT_QUEUE_ALLOC, {});
  await program.fails('EBUSY', IOMMU_DESTROY, { id });
  await program.process.close(out_fault_fd);
  await program.call(IOMMU_DESTROY, { id });
});

test('the charge for a memfd moves to the process that takes it over', async () => {
  const parent = await (await Program.start()).fork(['IPC_LOCK']);
  const { process } = parent;
  const { out_ioas_id: ioas_id } = await parent.call(IOMMU_IOAS_ALLOC, {});
  await parent.test(selftest.IOMMU_TEST_OP_MOCK_DOMAIN, ioas_id, 'mock_domain');
  const fd = await process.memfd(0x4000n, 0);
  const map = { ioas_id, fd, length: 0x4000n, flags: READ_WRITE };
  const { iova } = await parent.call(IOMMU_IOAS_MAP_FILE, map);
  const child = await parent.fork();
  await child.process.setLimit('memlock', 0x1000n);
  await child.fails('ENOMEM', IOMMU_IOAS_CHANGE_PROCESS, {});
  deepEqual([await parent.pinned(), await child.pinned()], [4, 0]);
  await child.process.setLimit('memlock', 0x100000n);
  await child.call(IOMMU_IOAS_CHANGE_PROCESS, {});
  deepEqual([await parent.pinned(), await child.pinned()], [0, 4]);
  await child.call(IOMMU_IOAS_UNMAP, { ioas_id, iova, length: 0x4000n });
  deepEqual([await parent.pinned(), await child.pinned()], [0, 0]);
});

test('an iommufd is a VFIO container', async () => {
  const program = await Program.start();
  const argument = { argsz: 32, flags: 3, iova: 0x10000n, size: 0x2000n };
  await program.fails('ENODEV', VFIO_IOMMU_MAP_DMA, argument);
  const { out_ioas_id: ioas_id } = await program.call(IOMMU_IOAS_ALLOC, {});
  await program.call(IOMMU_VFIO_IOAS, { ioas_id, op: IOMMU_VFIO_IOAS_SET });
  const vaddr = await program.process.mmap(anonymous);
  await program.call(VFIO_IOMMU_MAP_DMA, { ...argument, vaddr });
  await program.fails('EEXIST', VFIO_IOMMU_MAP_DMA, { ...argument, vaddr });
  const info = await program.call(VFIO_IOMMU_GET_INFO, { argsz: 16 });
  deepEqual([info.argsz, info.flags, info.cap_offset], [24 + 16 + 32, 3, 0]);
  await program.fails('ENOENT', VFIO_IOMMU_UNMAP_DMA, { argsz: 24, iova: 0x10000n, size: 1n });
  const unmap = { argsz: 24, iova: 0n, size: 0x100000n };
  equal((await program.call(VFIO_IOMMU_UNMAP_DMA, unmap)).size, 0x2000n);
  equal((await program.call(VFIO_IOMMU_UNMAP_DMA, unmap)).size, 0n);
});
