import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import { PhysicalMemory } from '../../hardware/memory.ts';
import { amdBoard, virtioBoard, vtdBoard } from '../../machine/board.ts';
import type { Board } from '../../machine/board.ts';
import { MachineHardware } from '../../machine/machine-hardware.ts';
import { defaultParts } from '../../machine/parts.ts';
import type { IommuDomain } from './domain.ts';

const READ_WRITE = { read: true, write: true };
const PAGE = 0x1000n;
const MIB = 0x10_0000n;

function newDomain(parts = defaultParts, board: Board = vtdBoard) {
  const machine = new MachineHardware(parts, board);
  const device = machine.plug();
  device.iommu.group.claimDmaOwner(machine);
  const domain = device.iommu.allocPagingDomain() as IommuDomain;
  device.iommu.group.attach({ domain });
  return { machine, domain, pci: device.pci };
}

/** Around borders of 4 KiB, 2 MiB, 1 GiB and 512 GiB entries. */
const borders = [0n, PAGE, 2n * MIB, 4n * MIB, 1n << 30n, 2n << 30n, 1n << 39n, 1n << 45n];
const place = fc
  .tuple(fc.constantFrom(...borders), fc.integer({ min: -3, max: 3 }))
  .map(([border, pages]) => border + BigInt(pages) * PAGE)
  .filter((iova) => iova >= 0n);
const length = fc.constantFrom(PAGE, 2n * PAGE, 5n * PAGE, 2n * MIB, 3n * MIB, 1n << 30n);
const area = fc.record({
  iova: place,
  length,
  shift: fc.constantFrom(0n, PAGE, 2n * MIB),
  large: fc.boolean(),
  write: fc.boolean(),
});

interface Area {
  readonly first: bigint;
  readonly last: bigint;
  readonly physical: bigint;
  readonly write: boolean;
}

for (const [name, board] of Object.entries({ vtdBoard, amdBoard, virtioBoard }))
  describe(`a paging domain of ${name}`, () => {
    it('translates as a list of areas says, whatever was mapped and unmapped before', () =>
      followsAreas(board));
  });

function followsAreas(board: Board): void {
  const { machine, domain, pci } = newDomain(defaultParts, board);
  const step = fc.oneof(area, fc.nat(9));
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 20, size: 'max' }),
      fc.array(place),
      (steps, probes) => {
        const before = machine.pages.inUse;
        const areas: Area[] = [];
        const unmap = ([gone]: Area[]): void =>
          gone && domain.unmap(gone.first, gone.last - gone.first + 1n);
        for (const one of steps) {
          if (typeof one === 'number') unmap(areas.splice(one, 1));
          else mapUnlessTaken(domain, areas, one);
          for (const iova of [...probes, ...areas.flatMap(({ first, last }) => [first, last])]) {
            const found = areas.find(({ first, last }) => first <= iova && iova <= last);
            const expected = found && found.physical + (iova - found.first);
            assert.equal(domain.iovaToPhys(iova), expected);
            const read = pci.reach(iova, 1, { write: false, pasid: undefined });
            const write = pci.reach(iova, 1, { write: true, pasid: undefined });
            assert.equal(read?.address, expected);
            assert.equal(write?.address, found?.write ? expected : undefined);
          }
        }
        while (areas.length > 0) unmap(areas.splice(0, 1));
        assert.equal(machine.pages.inUse, before);
      },
    ),
    { numRuns: 20 },
  );
}

describe('a paging domain', () => {
  it('does as much work for an area among 30000 as for one among 10', () => {
    let accesses = 0;
    class Counting extends PhysicalMemory {
      override read64(address: bigint): bigint {
        accesses += 1;
        return super.read64(address);
      }
    }
    const { domain } = newDomain({
      ...defaultParts,
      hardware: { ...defaultParts.hardware, PhysicalMemory: Counting },
    });
    const costOfOne = (iova: bigint): number => {
      accesses = 0;
      domain.map(iova, 1n << 32n, PAGE, READ_WRITE);
      domain.unmap(iova, PAGE);
      return accesses;
    };
    const map = (index: bigint): unknown =>
      domain.map(index * 2n * PAGE, 1n << 32n, PAGE, READ_WRITE);
    for (let index = 0n; index < 10n; index += 1n) map(index);
    const few = costOfOne(PAGE);
    for (let index = 10n; index < 30000n; index += 1n) map(index);
    assert.equal(costOfOne(9001n * PAGE), few);
    assert.ok(few < 20, String(few));
  });
});

interface Wanted {
  readonly iova: bigint;
  readonly length: bigint;
  readonly shift: bigint;
  readonly large: boolean;
  readonly write: boolean;
}

function mapUnlessTaken(domain: IommuDomain, areas: Area[], wanted: Wanted): void {
  const { iova: first, length: size, write } = wanted;
  const last = first + size - 1n;
  if (areas.some((area) => area.first <= last && first <= area.last)) return;
  const physical = (1n << 40n) + first + wanted.shift;
  const limit = wanted.large ? undefined : 2n * MIB;
  assert.equal(domain.map(first, physical, size, { read: true, write }, limit), undefined);
  areas.push({ first, last, physical, write });
}
