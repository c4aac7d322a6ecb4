import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { findTool } from '#lab/tools.ts';
import type { Machine } from '#port/implementation.ts';
import type { PollFd, Process } from '#port/process.ts';
import { failure } from '#uapi/errno.ts';
import {
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  O_RDONLY,
  O_RDWR,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';
import { POLLIN, POLLNVAL, POLLOUT } from '#uapi/poll.ts';
import { wire } from '../wire/index.ts';
import { compiledAgent } from './compile.ts';

const skip = process.platform !== 'linux' || findTool('cc') === undefined;

const page = 4096;
const readWrite = PROT_READ | PROT_WRITE;

interface Region {
  readonly fd?: number;
  readonly protection?: number;
  readonly flags?: number;
}

async function map(process: Process, pages: number, region: Region = {}): Promise<bigint> {
  const { fd = -1, protection = readWrite, flags = MAP_PRIVATE | MAP_ANONYMOUS } = region;
  const length = BigInt(pages * page);
  return process.mmap({ address: 0n, length, protection, flags, fd, offset: 0n });
}

let machine: Machine;
let subject: Process;

async function start(): Promise<void> {
  const implementation = wire({ name: 'agent', command: await compiledAgent() });
  machine = await implementation.start({ machine: 'linux', timeoutMs: 10_000, settings: {} });
  subject = await machine.newProcess();
}

describe('a process of the agent', { skip }, () => {
  before(start);
  after(() => machine.stop());

  it('says who it is', () => {
    assert.match(machine.identity.kernel, /^\d+\.\d+/);
    assert.equal(machine.identity.pageSize % page, 0);
  });

  it('opens, reads and closes files; the first fd is 3', async () => {
    const fd = await subject.open('/dev/zero', O_RDWR);
    assert.equal(fd, 3);
    const memory = await map(subject, 1);
    await subject.store(memory, Uint8Array.of(1, 2, 3, 4));
    assert.equal(await subject.read(fd, memory, 2), 2);
    assert.deepEqual(await subject.load(memory, 4), Uint8Array.of(0, 0, 3, 4));
    assert.equal(await subject.read(fd, 0x10n, 2), failure('EFAULT'));
    assert.equal(await subject.close(fd), 0);
    assert.equal(await subject.close(fd), failure('EBADF'));
    assert.equal(await subject.open('/no "such" file\n', O_RDONLY), failure('ENOENT'));
  });

  it('passes an ioctl on as it is', async () => {
    const fd = await subject.open('/dev/null', O_RDWR);
    assert.equal(await subject.ioctl(fd, 0x3b81, 0xffff_ffff_ffff_fff8n), failure('ENOTTY'));
    await subject.close(fd);
  });

  it('makes a memfd of a size, mapped twice and read at an offset', async () => {
    const fd = await subject.memfd(BigInt(2 * page), 0);
    const one = await map(subject, 2, { fd, flags: MAP_SHARED });
    const other = await map(subject, 2, { fd, flags: MAP_SHARED, protection: PROT_READ });
    const word = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    assert.equal(await subject.store(one + BigInt(page), word), undefined);
    assert.deepEqual(await subject.load(other + BigInt(page), 8), word);
    const private_ = await map(subject, 1);
    assert.equal(await subject.pread(fd, private_, 8, BigInt(page)), 8);
    assert.equal(await subject.pwrite(fd, private_, 4, 2n), 4);
    assert.deepEqual(await subject.load(one + 2n, 5), Uint8Array.of(1, 2, 3, 4, 0));
    await subject.close(fd);
  });

  it('survives what it may not touch, and says by which signal', async () => {
    assert.equal(await subject.load(0x10n, 8), 'SIGSEGV');
    assert.equal(await subject.store(0xdead_0000_0000_0000n, Uint8Array.of(1)), 'SIGSEGV');
    const closed = await map(subject, 1, { protection: PROT_NONE });
    assert.equal(await subject.store(closed + 1n, Uint8Array.of(1, 2)), 'SIGSEGV');
    const fd = await subject.memfd(BigInt(page), 0);
    const beyond = await map(subject, 2, { fd, flags: MAP_SHARED });
    assert.equal(await subject.load(beyond + BigInt(page), 1), 'SIGBUS');
    const memory = await map(subject, 1);
    assert.equal(await subject.munmap(memory, BigInt(page)), 0);
    assert.equal(await subject.load(memory, 1), 'SIGSEGV');
    await subject.close(fd);
  });

  it('moves a mebibyte in one call', async () => {
    const memory = await map(subject, 257);
    const bytes = new Uint8Array(1 << 20).map((_, index) => index ^ (index >> 8));
    await subject.store(memory + 3n, bytes);
    assert.deepEqual(await subject.load(memory + 3n, bytes.length), bytes);
  });
});

describe('processes of the agent', { skip }, () => {
  before(start);
  after(() => machine.stop());

  it('polls', async () => {
    const fd = await subject.eventfd(1, 0);
    const fds = [fd, 77].map((one) => ({ fd: one, events: POLLIN | POLLOUT, revents: 0 }));
    const [ready, absent] = (await subject.poll(fds, 1000)) as readonly PollFd[];
    assert.equal(ready?.revents, POLLIN | POLLOUT);
    assert.equal(absent?.revents, POLLNVAL);
    assert.deepEqual(await subject.poll([], 1), []);
    await subject.close(fd);
  });

  it('limits fds, and forks all the same', async () => {
    const child = await subject.spawn({});
    assert.equal(await child.setLimit('nofile', 3n), 0);
    assert.equal(await child.open('/dev/null', O_RDONLY), failure('EMFILE'));
    const grandchild = await child.spawn({});
    assert.equal(await grandchild.open('/dev/null', O_RDONLY), failure('EMFILE'));
    assert.equal(await grandchild.setLimit('nofile', 1024n), 0);
    assert.equal(await grandchild.open('/dev/null', O_RDONLY), 3);
    await grandchild.exit();
    await child.exit();
  });

  it('forks with copies of memory and fds', async () => {
    const memory = await map(subject, 1);
    await subject.store(memory, Uint8Array.of(1));
    const fd = await subject.open('/dev/null', O_RDWR);
    const child = await subject.spawn({ drop: ['IPC_LOCK', 'SYS_ADMIN'] });
    await subject.store(memory, Uint8Array.of(2));
    assert.deepEqual(await child.load(memory, 1), Uint8Array.of(1));
    assert.equal(await child.write(fd, memory, 1), 1);
    await subject.close(fd);
    assert.equal(await child.write(fd, memory, 1), 1);
    await child.exit();
  });

  it('lets calls of two processes overlap', async () => {
    const other = await machine.newProcess();
    const fd = await subject.eventfd(0, 0);
    const memory = await map(subject, 1);
    const child = await subject.spawn({});
    await child.store(memory, Uint8Array.of(1));
    const blocked = subject.read(fd, memory, 8);
    assert.equal(await other.close(99), failure('EBADF'));
    assert.equal(await child.write(fd, memory, 8), 8);
    assert.equal(await blocked, 8);
    for (const process of [child, other]) await process.exit();
  });
});

describe('a process that died', { skip }, () => {
  it('breaks the machine with a reason', async () => {
    await start();

    // Takes away its program text.
    await assert.rejects(subject.munmap(0x400000n, 0x200000n), /process 1 died: signal 11/);
    await machine.stop();
  });
});
