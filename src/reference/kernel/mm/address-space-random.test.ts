import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';

import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';

import { PhysicalMemory } from '../../hardware/memory.ts';
import { mmParts } from './parts.ts';
import { AddressSpace } from './address-space.ts';
import { Memfd } from './memfd.ts';
import { Pages } from './pages.ts';
import { PAGE_SIZE } from './user-memory.ts';
import type { Pfn, UserMemory } from './user-memory.ts';

/** Pages that the random calls are about: the last of one huge page, all of the next, the first of a third. */
const START = 0x4000_0000n - 2n * PAGE_SIZE;
const PAGES = 516;
const FILE_PAGES = 8;

/** What a page holds, one byte for all: a cell that private mappings have alone and shared ones together. */
interface Cell {
  byte: number;
}

type ModelPage = { readonly cell: Cell; readonly shared: boolean } | undefined;

interface Process {
  readonly memory: UserMemory;
  readonly model: ModelPage[];
}

interface Pin {
  readonly pfn: Pfn;
  readonly cell: Cell;
}

class World {
  readonly physical = new PhysicalMemory();
  readonly pages = new Pages({ memory: this.physical, first: 1n << 32n, size: 1n << 32n });
  readonly file = new Memfd({
    pages: this.pages,
    size: BigInt(FILE_PAGES) * PAGE_SIZE,
    hugetlb: false,
  });
  readonly fileModel: Cell[] = Array.from({ length: FILE_PAGES }, () => ({ byte: 0 }));
  readonly pins: Pin[] = [];
  readonly processes: Process[] = [];

  constructor() {
    const memory = new AddressSpace({ pages: this.pages, parts: { mm: mmParts } });
    this.processes.push({ memory, model: new Array<ModelPage>(PAGES).fill(undefined) });
  }

  /** Each byte that any process or device could look at is what the model says. */
  check(): void {
    for (const { memory, model } of this.processes) {
      for (const index of [0, 1, 2, 3, 300, 512, 513, 514, 515]) {
        const expected = model[index] ? Uint8Array.of(model[index].cell.byte) : 'SIGSEGV';
        assert.deepEqual(memory.load(addressOf(index), 1), expected);
      }
    }
    for (const { pfn, cell } of this.pins) {
      assert.equal(this.physical.read(pfn << 12n, 1)[0], cell.byte);
    }
  }

  end(): void {
    for (const { memory } of this.processes) memory.exit();
    this.pages.unpinPages(this.pins.map(({ pfn }) => pfn));
    this.file.put();
    assert.equal(this.pages.inUse, 0);
    assert.equal(this.physical.strayWrites, 0);
  }
}

function addressOf(index: number): bigint {
  return START + BigInt(index) * PAGE_SIZE;
}

type Step = (world: World, process: Process) => void;

const range = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 300, 512), fc.constantFrom(1, 2, 4, 512, 516))
  .map(([first, count]) => ({ first, count: Math.min(count, PAGES - first) }));

const anonymous = fc
  .tuple(range, fc.boolean())
  .map(([{ first, count }, shared]): Step => (_world, { memory, model }) => {
    const flags = MAP_FIXED | MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE);
    const [address, length] = [addressOf(first), BigInt(count) * PAGE_SIZE];
    const protection = PROT_READ | PROT_WRITE;
    assert.equal(memory.mmap({ address, length, protection, flags, offset: 0n }), address);
    for (let i = first; i < first + count; i += 1) model[i] = { cell: { byte: 0 }, shared };
  });

const fileMap = fc
  .tuple(fc.constantFrom(0, 1, 300, 512), fc.nat(6))
  .map(([first, page]): Step => ({ file, fileModel }, { memory, model }) => {
    const [address, offset] = [addressOf(first), BigInt(page) * PAGE_SIZE];
    const protection = PROT_READ | PROT_WRITE;
    const request = { address, protection, flags: MAP_FIXED | MAP_SHARED, file, offset };
    assert.equal(memory.mmap({ ...request, length: 2n * PAGE_SIZE }), address);
    for (const i of [0, 1]) model[first + i] = { cell: fileModel[page + i]!, shared: true };
  });

const unmap = range.map(({ first, count }): Step => (_world, { memory, model }) => {
  assert.equal(memory.munmap(addressOf(first), BigInt(count) * PAGE_SIZE), undefined);
  model.fill(undefined, first, first + count);
});

const page = fc.constantFrom(0, 1, 2, 3, 300, 512, 513, 514, 515);

const store = fc
  .tuple(page, fc.integer({ min: 1, max: 255 }))
  .map(([index, byte]): Step => (_world, { memory, model }) => {
    const fault = memory.store(addressOf(index), Uint8Array.of(byte));
    assert.equal(fault, model[index] ? undefined : 'SIGSEGV');
    if (model[index]) model[index].cell.byte = byte;
  });

const pin = fc
  .tuple(page, fc.boolean())
  .map(([index, write]): Step => ({ pins }, { memory, model }) => {
    const pinned = memory.pinPages(addressOf(index), 1, write);
    const cell = model[index]?.cell;
    if (cell) pins.push({ pfn: (pinned as Pfn[])[0]!, cell });
    else assert.equal(pinned, 'EFAULT');
  });

const unpin = fc.nat().map((choice): Step => ({ pins, pages }) => {
  const [gone] = pins.splice(choice % (pins.length + 1), 1);
  if (gone) pages.unpinPages([gone.pfn]);
});

/** A device writes to a pinned page: seen by whoever has that page. */
const dma = fc
  .tuple(fc.nat(), fc.integer({ min: 1, max: 255 }))
  .map(([choice, byte]): Step => ({ pins, physical }) => {
    const target = pins[choice % (pins.length + 1)];
    if (!target) return;
    physical.write(target.pfn << 12n, Uint8Array.of(byte));
    target.cell.byte = byte;
  });

const fork = fc.constant<Step>(({ processes }, { memory, model }) => {
  if (processes.length === 4) return;
  const copy = (one: ModelPage): ModelPage =>
    one && !one.shared ? { cell: { ...one.cell }, shared: false } : one;
  processes.push({ memory: memory.fork(), model: model.map(copy) });
});

const exit = fc.constant<Step>(({ processes }, process) => {
  if (processes.length === 1) return;
  process.memory.exit();
  processes.splice(processes.indexOf(process), 1);
});

const step = fc.tuple(
  fc.nat(3),
  fc.oneof(anonymous, fileMap, unmap, store, store, store, pin, pin, unpin, dma, dma, fork, exit),
);

it('random calls of up to four processes leave what a simple model says', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const world = new World();
      for (const [who, run] of steps) {
        run(world, world.processes[who % world.processes.length]!);
        world.check();
      }
      world.end();
    }),
    { numRuns: 200 },
  );
});
