import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { MAP_HUGETLB, MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';

import { PhysicalMemory } from '../../hardware/memory.ts';
import { mmParts } from './parts.ts';
import { AddressSpace } from './address-space.ts';
import { Memfd } from './memfd.ts';
import { Pages } from './pages.ts';
import { PAGE_SIZE } from './user-memory.ts';
import type { Pfn } from './user-memory.ts';

function newFile(size: bigint, hugetlb = false) {
  const memory = new PhysicalMemory();
  const pages = new Pages({ memory, first: 0x1_0000_0000n, size: 0x4000_0000n });
  const space = new AddressSpace({ pages, parts: { mm: mmParts } });
  const file = new Memfd({ pages, size, hugetlb });
  const map = (flags: number, length = size): bigint => {
    const protection = PROT_READ | PROT_WRITE;
    return space.mmap({ address: 0n, length, protection, flags, file, offset: 0n }) as bigint;
  };
  return { pages, space, file, map };
}

describe('memfd', () => {
  it('fills a hole when it is pinned, not when it is read', () => {
    const { pages, space, file, map } = newFile(4n * PAGE_SIZE);
    const address = map(MAP_SHARED);
    assert.deepEqual(space.load(address, 2), Uint8Array.of(0, 0));
    assert.equal(pages.inUse, 0);
    assert.equal((file.pinPages(PAGE_SIZE, 2) as Pfn[]).length, 2);
    assert.equal(pages.inUse, 2);
  });

  it('cannot be pinned behind its end, and raises SIGBUS there', () => {
    const { pages, space, file, map } = newFile(2n * PAGE_SIZE - 1n);
    assert.equal(file.pinPages(PAGE_SIZE, 1), 'EINVAL');
    const address = map(MAP_SHARED, 3n * PAGE_SIZE);
    assert.equal(space.store(address + PAGE_SIZE, Uint8Array.of(1)), undefined);
    assert.equal(space.load(address + 2n * PAGE_SIZE, 1), 'SIGBUS');
    assert.equal(space.pinPages(address + 2n * PAGE_SIZE, 1, false), 'EFAULT');
    assert.equal(pages.inUse, 1);
  });

  it('is seen by a private mapping until that writes', () => {
    const { space, map } = newFile(PAGE_SIZE);
    const [shared, own] = [map(MAP_SHARED), map(MAP_PRIVATE)];
    space.store(shared, Uint8Array.of(1, 1));
    assert.deepEqual(space.load(own, 2), Uint8Array.of(1, 1));
    space.store(own, Uint8Array.of(2));
    space.store(shared, Uint8Array.of(3, 3));
    assert.deepEqual(space.load(own, 2), Uint8Array.of(2, 1));
  });

  it('keeps its pages while it is open, mapped or pinned', () => {
    const { pages, space, file, map } = newFile(PAGE_SIZE);
    const address = map(MAP_SHARED);
    const pinned = file.pinPages(0n, 1) as Pfn[];
    file.put();
    space.munmap(address, PAGE_SIZE);
    assert.equal(pages.inUse, 1);
    pages.unpinPages(pinned);
    assert.equal(pages.inUse, 0);
  });

  it('of huge pages is contiguous in each of them', () => {
    const { space, file, map } = newFile(0x40_0000n, true);
    const address = map(MAP_SHARED);
    const pinned = file.pinPages(0x20_0000n, 512) as Pfn[];
    assert.equal(pinned[0]! % 512n, 0n);
    assert.equal(pinned[511], pinned[0]! + 511n);
    space.store(address + 0x20_0000n, Uint8Array.of(6));
    assert.deepEqual(space.load(map(MAP_PRIVATE) + 0x20_0000n, 1), Uint8Array.of(6));
    const rounded = map(MAP_SHARED, 1n);
    assert.deepEqual(space.load(rounded + 0x1f_ffffn, 1), Uint8Array.of(0));
  });

  it('of small pages cannot be mapped by huge ones', () => {
    assert.equal(newFile(0x20_0000n).map(MAP_SHARED | MAP_HUGETLB), 'EINVAL');
  });

  it('loses a hole of a VMA in the middle', () => {
    const { space, file, map } = newFile(3n * PAGE_SIZE);
    const address = map(MAP_SHARED);
    space.munmap(address + PAGE_SIZE, PAGE_SIZE);
    space.store(address + 2n * PAGE_SIZE, Uint8Array.of(2));
    const frames = file.pinPages(2n * PAGE_SIZE, 1);
    assert.deepEqual(space.pinPages(address + 2n * PAGE_SIZE, 1, true), frames);
    assert.equal(space.load(address + PAGE_SIZE, 1), 'SIGSEGV');
  });
});
