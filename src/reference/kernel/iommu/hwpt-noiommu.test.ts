import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { IommuDomain } from './domain.ts';
import { bareBoard } from '../../machine/board.ts';
import { MachineHardware } from '../../machine/machine-hardware.ts';
import { defaultParts } from '../../machine/parts.ts';
import { NoiommuDomain } from './hwpt-noiommu.ts';

const PAGE = 0x1000n;
const bytes = Uint8Array.of(1, 2, 3, 4);

describe('a device without an IOMMU', () => {
  const machine = new MachineHardware(defaultParts, bareBoard);
  const { pci, iommu } = machine.plug();

  it('reaches memory by its address, whatever it is attached to', () => {
    const { pfn } = machine.pages.allocate(0)!;
    const domain = iommu.allocPagingDomain() as IommuDomain;
    iommu.group.claimDmaOwner(machine);
    assert.equal(iommu.group.attach({ domain }), undefined);
    assert.equal(pci.dmaWrite((pfn << 12n) + PAGE - 2n, bytes.subarray(0, 2)), undefined);
    assert.deepEqual(machine.memory.read((pfn << 12n) + PAGE - 2n, 2), bytes.subarray(0, 2));
    iommu.group.detach();
    assert.deepEqual(pci.dmaRead((pfn << 12n) + PAGE - 2n, 2), bytes.subarray(0, 2));
    iommu.group.releaseDmaOwner();
  });

  it('takes no page table of another kind, and makes none with features', () => {
    const mock = machine.iommu.addMockDevice({ noDirtyTracking: false, pasid: false });
    const foreign = mock.allocPagingDomain() as IommuDomain;
    assert.equal(iommu.group.replace({ domain: foreign }), 'EINVAL');
    const own = iommu.allocPagingDomain() as IommuDomain;
    assert.equal(mock.group.replace({ domain: own }), 'EINVAL');
    assert.equal(iommu.allocPagingDomain({ nestParent: true }), 'EOPNOTSUPP');
    assert.equal(iommu.allocPagingDomain({ pasid: true }), 'EOPNOTSUPP');
    assert.equal(iommu.allocNestedDomain, undefined);
  });
});

describe('the page table of a noiommu device', () => {
  it('knows where each mapped byte is, and no other', () => {
    const domain = new NoiommuDomain();
    domain.map(4n * PAGE, 64n * PAGE, 2n * PAGE);
    domain.map(6n * PAGE, 9n * PAGE, PAGE);
    const found = [4n * PAGE - 1n, 4n * PAGE, 6n * PAGE - 1n, 6n * PAGE, 7n * PAGE];
    const expected = [undefined, 64n * PAGE, 66n * PAGE - 1n, 9n * PAGE, undefined];
    assert.deepEqual(
      found.map((iova) => domain.iovaToPhys(iova)),
      expected,
    );
    assert.throws(() => domain.free(), /with mappings in it/);
    domain.unmap(4n * PAGE, 3n * PAGE);
    assert.equal(domain.iovaToPhys(4n * PAGE), undefined);
    domain.free();
  });
});
