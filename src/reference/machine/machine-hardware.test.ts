import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { IommuDomain } from '../kernel/iommu/domain.ts';
import { defaultParts } from './parts.ts';
import { MachineHardware } from './machine-hardware.ts';
import type { MachineDevice } from './machine-hardware.ts';

const READ_WRITE = { read: true, write: true };
const PAGE = 0x1000n;
const MIB = 0x10_0000n;
const IOVA = 16n * MIB;
const bytes = Uint8Array.of(1, 2, 3, 4);

function attached(machine: MachineHardware, device = machine.plug()) {
  const { group } = device.iommu;
  assert.equal(group.claimDmaOwner(machine), undefined);
  const domain = newDomain(device);
  assert.equal(group.attach({ domain }), undefined);
  return { device, group, domain };
}

function newDomain(device: MachineDevice): IommuDomain {
  const domain = device.iommu.allocPagingDomain();
  assert.notEqual(typeof domain, 'string');
  return domain as IommuDomain;
}

/** Physical address of 2^order pages that are in use. */
function frames(machine: MachineHardware, order: 0 | 9 = 0): bigint {
  return machine.pages.allocate(order)!.pfn << 12n;
}

describe('a paging domain', () => {
  it('translates what is mapped, with its rights', () => {
    const machine = new MachineHardware(defaultParts);
    const { device, domain } = attached(machine);
    const [first, second] = [frames(machine), frames(machine)];
    domain.map(IOVA, second, PAGE, READ_WRITE);
    domain.map(IOVA + PAGE, first, PAGE, READ_WRITE);
    domain.map(IOVA + 2n * PAGE, first, PAGE, { read: true, write: false });
    assert.equal(device.pci.dmaWrite(IOVA + PAGE - 2n, bytes), undefined);
    assert.deepEqual(machine.memory.read(second + PAGE - 2n, 2), bytes.subarray(0, 2));
    assert.deepEqual(device.pci.dmaRead(IOVA + 2n * PAGE, 2), bytes.subarray(2));
    assert.equal(device.pci.dmaWrite(IOVA + 2n * PAGE, bytes), 'blocked');
    assert.equal(domain.iovaToPhys(IOVA + PAGE + 5n), first + 5n);
  });

  it('writes until the first byte that is refused', () => {
    const machine = new MachineHardware(defaultParts);
    const { device, domain } = attached(machine);
    const frame = frames(machine);
    domain.map(IOVA, frame, PAGE, READ_WRITE);
    assert.equal(device.pci.dmaWrite(IOVA + PAGE - 2n, bytes), 'blocked');
    assert.deepEqual(machine.memory.read(frame + PAGE - 2n, 2), bytes.subarray(0, 2));
    assert.equal(device.pci.dmaRead(IOVA + PAGE - 2n, 4), 'blocked');
  });

  it('uses superpages where they fit, and not where they are forbidden', () => {
    const machine = new MachineHardware(defaultParts);
    const { domain } = attached(machine);
    const huge = frames(machine, 9);
    const before = machine.pages.inUse;
    domain.map(0n, huge, 2n * MIB, READ_WRITE);
    assert.equal(machine.pages.inUse - before, 2);
    domain.map(2n * MIB, huge, 2n * MIB, READ_WRITE, PAGE);
    assert.equal(machine.pages.inUse - before, 3);
    domain.map(1n << 30n, 1n << 30n, 1n << 30n, READ_WRITE);
    assert.equal(machine.pages.inUse - before, 3);
    domain.unmap(0n, 1n << 31n);
    assert.equal(machine.pages.inUse, before);
  });

  it('is flushed before unmap() returns, whatever the size of the entries', () => {
    const machine = new MachineHardware(defaultParts);
    const { device, domain } = attached(machine);
    const huge = frames(machine, 9);
    for (const limit of [PAGE, 2n * MIB]) {
      domain.map(IOVA, huge, 2n * MIB, READ_WRITE, limit);
      assert.ok(device.pci.dmaRead(IOVA + MIB, 4) !== 'blocked');
      domain.unmap(IOVA, 2n * MIB);
      assert.equal(device.pci.dmaRead(IOVA + MIB, 4), 'blocked');
    }
  });
});

describe('the tables of a paging domain', () => {
  it('shows a missing invalidation as stale DMA', () => {
    class Forgetful extends defaultParts.intel.QueuedInvalidation {
      override flushRange(): void {}
    }
    const machine = new MachineHardware({
      ...defaultParts,
      intel: { ...defaultParts.intel, QueuedInvalidation: Forgetful },
    });
    const { device, domain } = attached(machine);
    domain.map(IOVA, frames(machine), PAGE, READ_WRITE);
    device.pci.dmaWrite(IOVA, bytes);
    domain.unmap(IOVA, PAGE);
    assert.deepEqual(device.pci.dmaRead(IOVA, 4), bytes);
  });

  it('gives everything back', () => {
    const machine = new MachineHardware(defaultParts);
    const device = machine.plug();
    const before = machine.pages.inUse;
    const { domain, group } = attached(machine, device);
    const huge = machine.pages.allocate(9)!;
    domain.map(IOVA, huge.pfn << 12n, 2n * MIB, READ_WRITE, PAGE);
    domain.unmap(IOVA, 2n * MIB);
    group.detach();
    domain.free();
    group.releaseDmaOwner();
    machine.pages.put(huge);
    assert.equal(machine.pages.inUse, before);
  });

  it('undoes a map for which there is no memory', () => {
    class Small extends defaultParts.mm.Pages {
      limit = Infinity;
      override allocate(order: 0 | 9) {
        return this.inUse >= this.limit ? undefined : super.allocate(order);
      }
    }
    const machine = new MachineHardware({
      ...defaultParts,
      mm: { ...defaultParts.mm, Pages: Small },
    });
    const { device, domain } = attached(machine);
    const before = machine.pages.inUse;
    for (let room = 0; room < 4; room += 1) {
      (machine.pages as Small).limit = before + room;
      const error = domain.map((1n << 39n) - 2n * PAGE, 1n << 32n, 4n * PAGE, READ_WRITE);
      assert.equal(error, 'ENOMEM');
      assert.equal(machine.pages.inUse, before);
    }
    assert.equal(device.pci.dmaRead((1n << 39n) - 2n * PAGE, 1), 'blocked');
  });

  it('refuses to be misused', () => {
    const machine = new MachineHardware(defaultParts);
    const { domain } = attached(machine);
    const huge = frames(machine, 9);
    domain.map(IOVA, huge, 2n * MIB, READ_WRITE);
    assert.throws(() => domain.map(IOVA, huge, PAGE, READ_WRITE), /mapped already/);
    assert.throws(() => domain.unmap(IOVA, PAGE), /in part/);
    assert.throws(() => domain.unmap(IOVA, 1n), /not made of pages/);
    assert.throws(() => domain.free(), /while it is attached/);
  });
});

describe('a group', () => {
  it('is owned by one at a time, counted, and blocked while it is', () => {
    const machine = new MachineHardware(defaultParts);
    const { group } = machine.plug().iommu;
    const [me, other] = [{}, {}];
    assert.equal(group.claimDmaOwner(me), undefined);
    assert.equal(group.claimDmaOwner(me), undefined);
    assert.equal(group.claimDmaOwner(other), 'EPERM');
    group.releaseDmaOwner();
    assert.equal(group.claimDmaOwner(other), 'EPERM');
    group.releaseDmaOwner();
    assert.equal(group.claimDmaOwner(other), undefined);
    group.releaseDmaOwner();
    assert.throws(() => group.releaseDmaOwner(), /more often/);
  });

  it('takes a second domain only by replace()', () => {
    const machine = new MachineHardware(defaultParts);
    const { device, group, domain } = attached(machine);
    const [first, second] = [frames(machine), frames(machine)];
    machine.memory.write(second, bytes);
    domain.map(IOVA, first, PAGE, READ_WRITE);
    const next = newDomain(device);
    next.map(IOVA, second, PAGE, READ_WRITE);
    assert.equal(group.attach({ domain: next }), 'EBUSY');
    assert.notDeepEqual(device.pci.dmaRead(IOVA, 4), bytes);
    assert.equal(group.replace({ domain: next }), undefined);
    assert.deepEqual(device.pci.dmaRead(IOVA, 4), bytes);
    group.detach();
    assert.equal(device.pci.dmaRead(IOVA, 4), 'blocked');
  });

  it('keeps its domain where it does not take another', () => {
    const machine = new MachineHardware(defaultParts);
    const { device, group, domain } = attached(machine);
    domain.map(IOVA, frames(machine), PAGE, READ_WRITE);
    const mock = machine.iommu.addMockDevice({ noDirtyTracking: false, pasid: false });
    const foreign = mock.allocPagingDomain() as IommuDomain;
    assert.equal(group.replace({ domain: foreign }), 'EINVAL');
    assert.equal(device.pci.dmaWrite(IOVA, bytes), undefined);
  });
});

describe('the devices of a group', () => {
  it('does not let a domain id leak translations to its next owner', () => {
    const machine = new MachineHardware(defaultParts);
    const { device, group, domain } = attached(machine);
    domain.map(IOVA, frames(machine), PAGE, READ_WRITE);
    device.pci.dmaWrite(IOVA, bytes);
    group.detach();
    domain.unmap(IOVA, PAGE);
    domain.free();
    group.attach({ domain: newDomain(device) });
    assert.equal(device.pci.dmaRead(IOVA, 4), 'blocked');
  });

  for (const [place, plug] of [
    ['behind a bridge', (machine: MachineHardware) => machine.plugBehindBridge()],
    ['in one slot', (machine: MachineHardware) => machine.plug()],
  ] as const) {
    it(`of two devices ${place} has one domain`, () => {
      const machine = new MachineHardware(defaultParts);
      const { device, group, domain } = attached(machine, plug(machine));
      domain.map(IOVA, frames(machine), PAGE, READ_WRITE);
      const beside = machine.plugBeside(device);
      assert.equal(beside.iommu.group, group);
      assert.equal(group.devices.length, 2);
      assert.equal(beside.pci.dmaWrite(IOVA, bytes), undefined);
      group.detach();
      assert.equal(beside.pci.dmaWrite(IOVA, bytes), 'blocked');
      assert.equal(device.pci.dmaWrite(IOVA, bytes), 'blocked');
    });
  }

  it('survives that one of two devices goes', () => {
    const machine = new MachineHardware(defaultParts);
    const device = machine.plugBehindBridge();
    machine.unplug(machine.plugBeside(device));
    const { domain } = attached(machine, device);
    domain.map(IOVA, frames(machine), PAGE, READ_WRITE);
    assert.equal(device.pci.dmaWrite(IOVA, bytes), undefined);
  });

  it('is gone with its last device, and its number is free', () => {
    const machine = new MachineHardware(defaultParts);
    const before = machine.pages.inUse;
    const device = machine.plug();
    machine.unplug(device);
    assert.equal(machine.pages.inUse, before + 1);
    assert.equal(machine.plug().iommu.group.id, device.iommu.group.id);
  });

  it('of each device of its own is another one', () => {
    const machine = new MachineHardware(defaultParts);
    const groups = [machine.plug(), machine.plug(), machine.plugBehindBridge()];
    assert.equal(new Set(groups.map((device) => device.iommu.group)).size, 3);
  });
});
