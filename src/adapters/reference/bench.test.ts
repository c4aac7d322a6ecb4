import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import { Machine } from '#reference/machine/machine.ts';
import { defaultParts } from '#reference/machine/parts.ts';
import type { Pfn } from '#reference/kernel/mm/user-memory.ts';
import { ReferenceBench } from './bench.ts';
import { machines } from './machines.ts';
import { ReferenceProcess } from './process.ts';

const described = machines.find(({ name }) => name === 'vt-d-nested')!;

function newBench(): ReferenceBench {
  return new ReferenceBench(new Machine(defaultParts, described.board), described);
}

const IOVA = 0x100_0000n;
const PAGE = 0x1000n;

/** A device with two pages of a process mapped at IOVA, as iommufd would do it. */
async function newSetup(protection = { read: true, write: true }) {
  const machine = new Machine();
  const bench = new ReferenceBench(machine, described);
  const process = new ReferenceProcess(machine, machine.newTask());
  const buffer = await process.mmap({
    address: 0n,
    length: 4n * PAGE,
    protection: PROT_READ | PROT_WRITE,
    flags: MAP_PRIVATE | MAP_ANONYMOUS,
    fd: -1,
    offset: 0n,
  });
  const { id } = await bench.plug({});
  const { iommu } = machine.hardware.devices.find(({ name }) => name === id)!;
  iommu.group.claimDmaOwner(machine);
  const domain = iommu.allocPagingDomain() as IommuDomain;
  iommu.group.attach({ domain });
  const frames = process.task.memory.pinPages(buffer, 2, true) as Pfn[];
  for (const [index, pfn] of frames.entries()) {
    domain.map(IOVA + BigInt(index) * PAGE, pfn << 12n, PAGE, protection);
  }
  const access = { device: id, attachment: { process, iommufd: 3 }, iova: IOVA, length: 0x2000 };
  return { machine, bench, process, buffer, access };
}

describe('the bench of the reference', () => {
  it('sees that a device and a process have the same memory', async () => {
    const { bench, buffer, access } = await newSetup();
    assert.equal(await bench.sees(access, buffer), true);
    assert.equal(await bench.sees(access, buffer + PAGE), false);
    const inner = { ...access, iova: IOVA + 5n, length: 0x1000 };
    assert.equal(await bench.sees(inner, buffer + 5n), true);
    assert.equal(await bench.sees({ ...access, length: 0x2001 }, buffer), false);
  });

  it('is not taken in by a copy', async () => {
    const { bench, process, buffer, access } = await newSetup();
    await process.store(buffer, new Uint8Array(0x2000).fill(7));
    const child = await process.spawn({});
    const childAccess = { ...access, attachment: { process: child, iommufd: 3 } };
    assert.equal(await bench.sees(childAccess, buffer), false);
    assert.equal(await bench.sees(access, buffer), true);
  });

  it('sees memory that a device may only write', async () => {
    const { bench, buffer, access } = await newSetup({ read: false, write: true });
    assert.equal(await bench.sees(access, buffer), true);
    assert.equal(await bench.dmaRead(access), 'blocked');
  });

  it('moves bytes', async () => {
    const { bench, process, buffer, access } = await newSetup();
    const bytes = Uint8Array.of(1, 2, 3);
    await bench.dmaWrite({ ...access, length: 3 }, bytes);
    assert.deepEqual(await process.load(buffer, 3), bytes);
    assert.deepEqual(await bench.dmaRead({ ...access, length: 3 }), { bytes });
    assert.equal(await bench.dmaRead({ ...access, iova: IOVA + 2n * PAGE }), 'blocked');
  });

  it('gives out free devices, new ones when there are no more, and takes them back', async () => {
    const bench = newBench();
    const before = await bench.devices();
    const plugged = [];
    for (let count = 0; count < 6; count += 1) plugged.push(await bench.plug({}));
    assert.equal(new Set(plugged.map(({ group }) => group)).size, 6);
    assert.equal(new Set(plugged.map(({ cdev }) => cdev)).size, 6);
    const beside = await bench.plug({ group: { with: plugged[0]!.id } });
    assert.equal(beside.group, plugged[0]!.group);
    await bench.reset();
    assert.deepEqual(await bench.devices(), before);
  });

  it('puts back what was unplugged', async () => {
    const bench = newBench();
    const before = await bench.devices();
    await bench.unplug(before[1]!.id);
    await bench.plug({});
    await bench.reset();
    assert.deepEqual(await bench.devices(), before);
    await assert.rejects(bench.unplug('nic'), /no device "nic"; this machine has 0000:01:10.0/);
  });
});
