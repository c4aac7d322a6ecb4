import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_HUGETLB,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';

import { PhysicalMemory } from '../../hardware/memory.ts';
import { mmParts } from './parts.ts';
import { AddressSpace } from './address-space.ts';
import { Memfd } from './memfd.ts';
import { Pages } from './pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from './user-memory.ts';
import type { Pfn, UserMemory, UserMmap } from './user-memory.ts';

const HUGE_PAGE = 0x20_0000n;
const READ_WRITE = PROT_READ | PROT_WRITE;

function newPages(): Pages {
  const memory = new PhysicalMemory();
  return new Pages({ memory, first: 0x1_0000_0000n, size: 0x100_0000_0000n });
}

function newSpace(pages = newPages()): { pages: Pages; space: AddressSpace } {
  return { pages, space: new AddressSpace({ pages, parts: { mm: mmParts } }) };
}

function map(space: UserMemory, request: Partial<UserMmap> & { length: bigint }): bigint {
  const flags = MAP_PRIVATE | (request.file ? 0 : MAP_ANONYMOUS);
  const result = space.mmap({ address: 0n, protection: READ_WRITE, flags, offset: 0n, ...request });
  assert.equal(typeof result, 'bigint', String(result));
  return result as bigint;
}

function pin(space: UserMemory, address: bigint, count = 1, write = true): readonly Pfn[] {
  const pinned = space.pinPages(address, count, write);
  assert.notEqual(pinned, 'EFAULT');
  return pinned as readonly Pfn[];
}

function frameByte(pages: Pages, pfn: Pfn | undefined): number | undefined {
  return pages.memory.read((pfn ?? 0n) << PAGE_SHIFT, 1)[0];
}

const byte = (value: number): Uint8Array => Uint8Array.of(value);

describe('mmap', () => {
  it('places mappings from high to low, next to each other', () => {
    const { space } = newSpace();
    const first = map(space, { length: PAGE_SIZE });
    const second = map(space, { length: 3n * PAGE_SIZE });
    assert.equal(second, first - 3n * PAGE_SIZE);
  });

  it('finds a gap again after munmap', () => {
    const { space } = newSpace();
    const addresses = [1n, 2n, 3n].map((count) => map(space, { length: count * PAGE_SIZE }));
    space.munmap(addresses[1]!, 2n * PAGE_SIZE);
    assert.equal(map(space, { length: 2n * PAGE_SIZE }), addresses[1]);
  });

  it('refuses what Linux refuses', () => {
    const { space } = newSpace();
    const base = { address: 0n, length: PAGE_SIZE, protection: READ_WRITE, offset: 0n };
    const flags = MAP_PRIVATE | MAP_ANONYMOUS;
    assert.equal(space.mmap({ ...base, flags, length: 0n }), 'EINVAL');
    assert.equal(space.mmap({ ...base, flags: MAP_ANONYMOUS }), 'EINVAL');
    assert.equal(space.mmap({ ...base, flags, offset: 1n }), 'EINVAL');
    assert.equal(space.mmap({ ...base, flags: flags | MAP_FIXED, address: 1n }), 'EINVAL');
    const taken = map(space, { length: PAGE_SIZE });
    const noReplace = { ...base, flags: flags | MAP_FIXED_NOREPLACE, address: taken };
    assert.equal(space.mmap(noReplace), 'EEXIST');
  });

  it('replaces with MAP_FIXED', () => {
    const { pages, space } = newSpace();
    const address = map(space, { length: 3n * PAGE_SIZE });
    space.store(address + PAGE_SIZE, byte(7));
    const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    map(space, { address: address + PAGE_SIZE, length: PAGE_SIZE, flags });
    assert.deepEqual(space.load(address + PAGE_SIZE, 1), byte(0));
    assert.equal(pages.inUse, 0);
  });

  it('costs nothing for 2^46 bytes that nobody touches', () => {
    const { pages, space } = newSpace();
    const address = map(space, { length: 1n << 46n });
    assert.deepEqual(space.load(address + (1n << 45n), 2), Uint8Array.of(0, 0));
    assert.equal(pages.inUse, 0);
    space.munmap(address, 1n << 46n);
    assert.equal(space.load(address, 1), 'SIGSEGV');
  });
});

describe('load and store', () => {
  it('cross pages, and stop at the end of the mapping', () => {
    const { space } = newSpace();
    const address = map(space, { length: 2n * PAGE_SIZE });
    space.store(address + PAGE_SIZE - 1n, Uint8Array.of(1, 2));
    assert.deepEqual(space.load(address + PAGE_SIZE - 1n, 2), Uint8Array.of(1, 2));
    assert.equal(space.store(address + 2n * PAGE_SIZE - 1n, Uint8Array.of(3, 4)), 'SIGSEGV');
    assert.deepEqual(space.load(address + 2n * PAGE_SIZE - 1n, 1), byte(3));
  });

  it('respect protections', () => {
    const { space } = newSpace();
    const readOnly = map(space, { length: PAGE_SIZE, protection: PROT_READ });
    assert.deepEqual(space.load(readOnly, 1), byte(0));
    assert.equal(space.store(readOnly, byte(1)), 'SIGSEGV');
    const none = map(space, { length: PAGE_SIZE, protection: PROT_NONE });
    assert.equal(space.load(none, 1), 'SIGSEGV');
    assert.equal(space.copyFromUser(none, 1), 'EFAULT');
    assert.equal(space.copyToUser(readOnly, byte(1)), 'EFAULT');
  });

  it('reach device memory, which cannot be pinned', () => {
    const { space } = newSpace();
    const stores: [bigint, number][] = [];
    const device = {
      size: PAGE_SIZE,
      read: (offset: bigint, length: number) => new Uint8Array(length).fill(Number(offset)),
      write: (offset: bigint, bytes: Uint8Array) => void stores.push([offset, bytes.length]),
    };
    const address = map(space, { length: PAGE_SIZE, flags: MAP_SHARED, device });
    assert.deepEqual(space.load(address + 5n, 1), byte(5));
    space.store(address + 8n, Uint8Array.of(1, 2));
    assert.deepEqual(stores, [[8n, 2]]);
    assert.equal(space.pinPages(address, 1, false), 'EFAULT');
  });
});

describe('pinning', () => {
  it('pins as far as it goes', () => {
    const { space } = newSpace();
    const address = map(space, { length: 2n * PAGE_SIZE });
    assert.equal(pin(space, address, 3).length, 2);
    assert.equal(space.pinPages(address + 2n * PAGE_SIZE, 1, false), 'EFAULT');
  });

  it('needs the right that is asked for', () => {
    const { space } = newSpace();
    const readOnly = map(space, { length: PAGE_SIZE, protection: PROT_READ });
    assert.equal(space.pinPages(readOnly, 1, true), 'EFAULT');
    assert.equal(pin(space, readOnly, 1, false).length, 1);
    const writeOnly = map(space, { length: PAGE_SIZE, protection: PROT_WRITE });
    assert.equal(space.pinPages(writeOnly, 1, false), 'EFAULT');
  });

  it('keeps the frame when the memory is unmapped, and frees it with the last pin', () => {
    const { pages, space } = newSpace();
    const address = map(space, { length: PAGE_SIZE });
    space.store(address, byte(9));
    const pinned = pin(space, address);
    pin(space, address);
    space.munmap(address, PAGE_SIZE);
    pages.unpinPages(pinned);
    assert.equal(frameByte(pages, pinned[0]), 9);
    pages.unpinPages(pinned);
    assert.equal(frameByte(pages, pinned[0]), 0xff);
    assert.equal(pages.inUse, 0);
  });

  it('fails after exit, but pages pinned before live on', () => {
    const { pages, space } = newSpace();
    const address = map(space, { length: PAGE_SIZE });
    const pinned = pin(space, address);
    space.exit();
    assert.equal(space.pinPages(address, 1, false), 'EFAULT');
    assert.equal(pages.inUse, 1);
    pages.unpinPages(pinned);
    assert.equal(pages.inUse, 0);
  });

  it('gives out a freed frame again first', () => {
    const { pages, space } = newSpace();
    const address = map(space, { length: PAGE_SIZE });
    const [first] = pin(space, address);
    space.munmap(address, PAGE_SIZE);
    pages.unpinPages([first!]);
    assert.deepEqual(pin(space, map(space, { length: PAGE_SIZE })), [first]);
  });

  it('pins the page that the process goes on to use, also of a private file', () => {
    const { pages, space } = newSpace();
    const file = new Memfd({ pages, size: PAGE_SIZE, hugetlb: false });
    const address = map(space, { length: PAGE_SIZE, file, flags: MAP_PRIVATE });
    const [pinned] = pin(space, address, 1, false);
    space.store(address, byte(4));
    assert.equal(frameByte(pages, pinned), 4);
    assert.notEqual(file.fault(0n), pinned);
  });
});

describe('fork', () => {
  it('copies private pages when either side writes', () => {
    const { pages, space } = newSpace();
    const address = map(space, { length: PAGE_SIZE });
    space.store(address, byte(1));
    const child = space.fork();
    assert.equal(pages.inUse, 1);
    space.store(address, byte(2));
    assert.deepEqual(child.load(address, 1), byte(1));
    child.store(address, byte(3));
    assert.deepEqual(space.load(address, 1), byte(2));
    assert.equal(pages.inUse, 2);
  });

  it('leaves a pinned page with the parent', () => {
    const { pages, space } = newSpace();
    const address = map(space, { length: PAGE_SIZE });
    space.store(address, byte(1));
    const [pinned] = pin(space, address);
    const child = space.fork();
    space.store(address, byte(2));
    assert.equal(frameByte(pages, pinned), 2);
    assert.deepEqual(child.load(address, 1), byte(1));
  });

  it('unshares a page that is pinned for reading while a child has it too', () => {
    const { pages, space } = newSpace();
    const address = map(space, { length: PAGE_SIZE });
    space.store(address, byte(1));
    const child = space.fork();
    const [pinned] = pin(space, address, 1, false);
    space.store(address, byte(2));
    assert.equal(frameByte(pages, pinned), 2);
    assert.deepEqual(child.load(address, 1), byte(1));
  });

  it('shares shared memory, and frees it with the last process', () => {
    const { pages, space } = newSpace();
    const flags = MAP_SHARED | MAP_ANONYMOUS;
    const address = map(space, { length: 2n * PAGE_SIZE, flags });
    const child = space.fork();
    child.store(address + PAGE_SIZE, byte(5));
    assert.deepEqual(space.load(address + PAGE_SIZE, 1), byte(5));
    space.exit();
    assert.equal(pages.inUse, 1);
    child.exit();
    assert.equal(pages.inUse, 0);
  });
});

describe('huge pages', () => {
  it('come by themselves where a region of 2 MiB is mapped whole', () => {
    const { space } = newSpace();
    const address = map(space, { length: 2n * HUGE_PAGE });
    const [first] = pin(space, address + HUGE_PAGE + 5n * PAGE_SIZE);
    assert.equal(first! % 512n, 5n);
    assert.equal(pin(space, address + HUGE_PAGE, 512).at(-1), first! + 506n);
  });

  it('are cut by munmap and by copy on write', () => {
    const { pages, space } = newSpace();
    const address = map(space, { length: HUGE_PAGE });
    space.store(address + PAGE_SIZE, byte(1));
    space.munmap(address, PAGE_SIZE);
    assert.deepEqual(space.load(address + PAGE_SIZE, 1), byte(1));
    const child = space.fork();
    child.store(address + PAGE_SIZE, byte(2));
    assert.deepEqual(space.load(address + PAGE_SIZE, 1), byte(1));
    assert.equal(pages.inUse, 513);
    space.exit();
    child.exit();
    assert.equal(pages.inUse, 0);
  });

  it('of hugetlb are contiguous, and unmapped whole', () => {
    const { pages, space } = newSpace();
    const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
    const address = map(space, { length: 1n, flags });
    assert.equal(address % HUGE_PAGE, 0n);
    const pinned = pin(space, address, 512);
    assert.equal(pinned[511], pinned[0]! + 511n);
    assert.equal(space.munmap(address, PAGE_SIZE), 'EINVAL');
    assert.equal(space.munmap(address, HUGE_PAGE), undefined);
    pages.unpinPages(pinned);
    assert.equal(pages.inUse, 0);
  });

  it('of hugetlb are copied whole after fork', () => {
    const { pages, space } = newSpace();
    const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
    const address = map(space, { length: HUGE_PAGE, flags });
    space.store(address + HUGE_PAGE - 1n, byte(8));
    const child = space.fork();
    child.store(address, byte(1));
    assert.deepEqual(child.load(address + HUGE_PAGE - 1n, 1), byte(8));
    assert.equal(pages.inUse, 1024);
  });
});
