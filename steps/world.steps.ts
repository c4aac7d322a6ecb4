import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_HUGETLB,
  MAP_NORESERVE,
  MAP_PRIVATE,
  MAP_SHARED,
  MFD_HUGETLB,
  O_CLOEXEC,
  O_RDWR,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';
import { IOMMUFD_PATH, VFIO_CONTAINER_PATH } from '#uapi/paths.ts';
import { hex } from '#uapi/strace.ts';

import { Given, When } from './support/cucumber.ts';
import { closeFile } from './support/calls/close.ts';
import { fillBuffer } from './support/calls/memory.ts';
import { fdOf } from './support/words/names.ts';
import type { BufferSort } from './support/words/memory.ts';
import { demand } from './support/calls/scratch.ts';
import type { World } from './support/world.ts';

Given('{newIommufd}', async function ({ name, path }) {
  if (path !== IOMMUFD_PATH) this.require('vfio-container');
  const fd = demand('open', await this.it.port.open(path, O_RDWR | O_CLOEXEC));
  this.trace.add(`open("${path}", O_RDWR|O_CLOEXEC)`, fd);
  this.handles.add({ kind: 'iommufd', name, fd });
});

/** Whoever serves it. */
Given('{newContainer}', async function (name) {
  this.require('type1-container', 'vfio-container');
  const fd = demand('open', await this.it.port.open(VFIO_CONTAINER_PATH, O_RDWR | O_CLOEXEC));
  this.trace.add(`open("${VFIO_CONTAINER_PATH}", O_RDWR|O_CLOEXEC)`, fd);
  this.handles.add({ kind: 'container', name, fd });
});

Given('{newProcess}', async function ({ name, drop }) {
  this.require('processes');
  if (drop.length > 0) this.require('limits');
  const port = await this.it.port.spawn({ drop });
  this.trace.note(
    `fork(): process "${name}"${drop.map((capability) => `, no ${capability}`).join('')}`,
  );
  await this.addProcess(name, port);
});

Given('{process} has a {resource} limit of {size}', async function (process, resource, limit) {
  this.require('limits');
  demand('setrlimit', await process.port.setLimit(resource, limit));
  this.trace.note(`setrlimit(${resource}, ${limit})`);
});

interface Backing {
  readonly protection: number;
  readonly flags: number;
}

const anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
const readWrite = PROT_READ | PROT_WRITE;
const sorts: Readonly<Record<BufferSort, Backing>> = {
  ordinary: { protection: readWrite, flags: anonymous },
  private: { protection: readWrite, flags: anonymous },
  'read-only': { protection: PROT_READ, flags: anonymous },
  inaccessible: { protection: PROT_NONE, flags: anonymous },
  shared: { protection: readWrite, flags: MAP_SHARED | MAP_ANONYMOUS },
  'huge-page': { protection: readWrite, flags: anonymous | MAP_HUGETLB },
  untouched: { protection: readWrite, flags: anonymous | MAP_NORESERVE },
};

/** Memory that a store would change for good: pages that are not there yet, and pages of a file, are left alone. */
const unfilled: readonly BufferSort[] = ['untouched', 'private'];

/** What a buffer lies on, and where. */
interface Under {
  readonly fd?: number;
  readonly over?: bigint;
  /** Where memory ends that can be filled; bytes from the begin. */
  readonly end?: bigint;
}

async function makeBuffer(
  world: World,
  buffer: { readonly name: string; readonly sort: BufferSort },
  length: bigint,
  { fd = -1, over, end = length }: Under = {},
): Promise<void> {
  const { name, sort } = buffer;
  if (sort === 'huge-page') world.require('hugetlb');
  const { protection, flags } = sorts[sort];
  const shared = sort === 'private' ? MAP_PRIVATE : MAP_SHARED;
  const address = await world.it.port.mmap({
    address: over ?? 0n,
    length,
    protection,
    flags: (fd < 0 ? flags : shared) | (over === undefined ? 0 : MAP_FIXED),
    fd,
    offset: 0n,
  });
  world.trace.add(`mmap(${hex(over ?? 0n)}, ${length}, ${sort}, fd ${fd})`, address);
  demand('mmap', address);
  const handle = world.handles.add({ kind: 'buffer', name, process: world.it, address, length });
  if (protection !== readWrite || unfilled.includes(sort)) return;
  await fillBuffer(world, end < length ? { ...handle, length: end } : handle);
}

Given('{newBuffer} of {size}', async function (buffer, length) {
  await makeBuffer(this, buffer, length);
});

/** In the place of memory that the process has: two areas of memory that touch. */
Given('{newBuffer} of {size} over {buffer}', async function (buffer, length, { handle, offset }) {
  await makeBuffer(this, buffer, length, { over: handle.address + offset });
});

Given('{newBuffer} on {memfd}', async function (buffer, memfd) {
  await makeBuffer(this, buffer, memfd.length, { fd: memfd.fd });
});

/** Of any length: nothing can be stored behind the end of the file. */
Given('{newBuffer} of {size} on {memfd}', async function (buffer, length, memfd) {
  await makeBuffer(this, buffer, length, { fd: memfd.fd, end: memfd.length });
});

Given('{newMemfd} of {size}', async function ({ name, huge }, length) {
  if (huge) this.require('hugetlb');
  const fd = await this.it.port.memfd(length, huge ? MFD_HUGETLB : 0);
  this.trace.add(`memfd_create("${name}"), ftruncate(${length})`, demand('memfd_create', fd));
  this.handles.add({ kind: 'memfd', name, fd, length });
});

When('{process} closes {object}', async function (process, object) {
  await closeFile(this, process, fdOf(object));
});

When('{process} exits', async function (process) {
  this.settle();
  process.exited = true;
  this.trace.note(`process "${process.name}" exits`);
  await process.port.exit();
});
