import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';

import { vtdBoard } from '../../../machine/board.ts';
import { Machine } from '../../../machine/machine.ts';
import { defaultParts } from '../../../machine/parts.ts';

/** Maps and unmaps of a container, beside a list that is walked from its begin to its end. */

const PAGE = 0x1000n;
const FIRST = 16n << 20n;
const PLACES = 12;
const READ_WRITE = 3;
const VADDR = 4;

interface Mapping {
  readonly place: number;
  readonly pages: number;
  source: number;
  valid: boolean;
}

interface Step {
  readonly kind: 'map' | 'unmap' | 'unmap all' | 'invalidate' | 'tell';
  readonly place: number;
  readonly pages: number;
  readonly source: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('map', 'map', 'map', 'unmap', 'unmap', 'unmap all', 'invalidate', 'tell'),
  place: fc.integer({ min: 0, max: PLACES - 1 }),
  pages: fc.integer({ min: 1, max: 4 }),
  source: fc.integer({ min: 0, max: PLACES - 1 }),
});

const iovaOf = (place: number): bigint => FIRST + BigInt(place) * PAGE;
const bytes = (pages: number): bigint => BigInt(pages) * PAGE;

class Slow {
  mappings: Mapping[] = [];
  private readonly v2: boolean;

  constructor(v2: boolean) {
    this.v2 = v2;
  }

  within({ place, pages }: Step): Mapping[] {
    const end = place + pages;
    return this.mappings
      .filter((each) => each.place < end && each.place + each.pages > place)
      .sort((one, other) => one.place - other.place);
  }

  /** What the range reaches; undefined where version 2 refuses it. */
  reached(at: Step): Mapping[] | undefined {
    const found = this.within(at);
    const end = at.place + at.pages;
    const beginsInside = found.some((each) => each.place < at.place);
    const endsInside = found.some((each) => each.place + each.pages > end);
    if (this.v2) return beginsInside || endsInside ? undefined : found;
    return beginsInside ? [] : found;
  }

  /** An errno, or how many bytes. */
  run(at: Step): bigint | string {
    const { kind, place, pages, source } = at;
    if (kind === 'map') {
      if (this.within(at).length > 0) return 'EEXIST';
      this.mappings.push({ place, pages, source, valid: true });
      return 0n;
    }
    if (kind === 'tell') return this.tell(at);
    const reached = kind === 'unmap all' ? [...this.mappings] : this.reached(at);
    if (reached === undefined) return 'EINVAL';
    if (kind === 'invalidate') {
      if (reached.some(({ valid }) => !valid)) return 'EINVAL';
      for (const each of reached) each.valid = false;
    } else {
      this.mappings = this.mappings.filter((each) => !reached.includes(each));
    }
    return bytes(reached.reduce((sum, each) => sum + each.pages, 0));
  }

  private tell(at: Step): bigint | string {
    const [found] = this.within(at);
    if (!found) return 'ENOENT';
    if (found.valid || found.place !== at.place || found.pages !== at.pages) return 'EINVAL';
    found.valid = true;
    return 0n;
  }
}

function containerOf(v2: boolean) {
  const machine = new Machine(
    defaultParts,
    vtdBoard,
    {},
    { iommufdTest: false, vfioContainer: true },
  );
  const task = machine.newTask();
  const device = machine.hardware.plug();
  const { group } = device.iommu;
  assert.equal(group.claimDmaOwner(machine), undefined);
  const { iommu } = new defaultParts.type1.Type1Commands(machine.kernel, v2);
  assert.equal(iommu.attachGroup(group, false), undefined);
  const mapped = task.memory.mmap({
    ...{ address: 0n, length: bytes(2 * PLACES), offset: 0n },
    ...{ protection: PROT_READ | PROT_WRITE, flags: MAP_PRIVATE | MAP_ANONYMOUS },
  });
  assert.ok(typeof mapped === 'bigint');
  return { machine, task, device, iommu, memory: mapped };
}

type Container = ReturnType<typeof containerOf>;

function run({ iommu, task, memory }: Container, { kind, place, pages, source }: Step) {
  const [iova, size] = [iovaOf(place), bytes(pages)];
  const map = { argsz: 32, iova, size, vaddr: memory + bytes(source) };
  if (kind === 'map') return iommu.map(task, { ...map, flags: READ_WRITE }) ?? 0n;
  if (kind === 'tell') return iommu.map(task, { ...map, flags: VADDR }) ?? 0n;
  const all = kind === 'unmap all';
  const range = all
    ? { first: 0n, last: (1n << 64n) - 1n }
    : { first: iova, last: iova + size - 1n };
  const done =
    kind === 'invalidate' ? iommu.invalidateVaddr({ range, all }) : iommu.unmap({ range, all });
  return done.error ?? done.bytes;
}

/** Where the device gets to from each page. */
function translations({ device }: Container): (bigint | undefined)[] {
  return Array.from({ length: PLACES + 4 }, (_, place) => {
    const piece = device.pci.reach(iovaOf(place), 8, { write: true, pasid: undefined });
    return piece?.address;
  });
}

function expected({ task, memory }: Container, { mappings }: Slow): (bigint | undefined)[] {
  return Array.from({ length: PLACES + 4 }, (_, place) => {
    const at = mappings.find((each) => each.place <= place && place < each.place + each.pages);
    return at && task.memory.physicalAddress(memory + bytes(at.source + place - at.place));
  });
}

for (const v2 of [false, true]) {
  test(`version ${v2 ? 2 : 1} does what a list does`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const [container, slow] = [containerOf(v2), new Slow(v2)];
        const { iommu, task } = container;
        for (const each of steps) {
          assert.equal(run(container, each), slow.run(each), JSON.stringify(each));
          const pages = slow.mappings.reduce((sum, mapping) => sum + mapping.pages, 0);
          assert.equal(task.memory.lockedVm, BigInt(pages));
          assert.equal(iommu.dmaAvail, 65535 - slow.mappings.length);
          assert.deepEqual(translations(container), expected(container, slow));
        }
        iommu.release();
        assert.equal(task.memory.lockedVm, 0n);
      }),
      { numRuns: 150 },
    );
  });
}
