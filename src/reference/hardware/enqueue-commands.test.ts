import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { IommuDomain } from '../kernel/iommu/domain.ts';
import type { PageRequestGroup } from '../kernel/iommu/io-pgfault.ts';
import { nestedVtdBoard } from '../machine/board.ts';
import { MachineHardware } from '../machine/machine-hardware.ts';
import { defaultParts } from '../machine/parts.ts';
import { EnqueueCommands } from './enqueue-commands.ts';
import type { Enqueue, Thread } from './enqueue-commands.ts';
import type { GuestPasids } from './guest-pasids.ts';
import { PhysicalMemory } from './memory.ts';
import { SharedWorkQueue } from './shared-work-queue.ts';

/** Numbers are written out: the code under test does not help to make its own input. */
const PORTAL = 0xf000_0040n;
const [LOW, HIGH, LOW_TABLE, HIGH_TABLE] = [0x1000n, 0x2000n, 0x3000n, 0x4000n];
const TRANSLATES = 0x20_0000;
const VALID = 0x8000_0000;

function setUp(depth = 2) {
  const memory = new PhysicalMemory();
  memory.provide(0n, 0x5000n);
  const queue = new SharedWorkQueue(depth);
  const cpu = new EnqueueCommands(memory, (address) => (address === PORTAL ? queue : undefined));
  const guest: GuestPasids = { controls: TRANSLATES, lowDirectory: LOW, highDirectory: HIGH };
  const set32 = (address: bigint, value: number): void =>
    memory.write(address, new Uint8Array(Uint32Array.of(value).buffer));
  return { memory, queue, cpu, guest, set32 };
}

function command(head = 0, more = 0): Uint8Array {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setUint32(0, head, true);
  bytes[8] = more;
  return bytes;
}

const user = (pasidMsr: bigint, guest?: GuestPasids): Thread => ({
  privilegeLevel: 3,
  pasidMsr,
  ...(guest && { guest }),
});
const enqcmd = (source = command()): Enqueue => ({
  instruction: 'ENQCMD',
  source,
  destination: PORTAL,
});
const enqcmds = (source: Uint8Array): Enqueue => ({ ...enqcmd(source), instruction: 'ENQCMDS' });

describe('ENQCMD', () => {
  it('sends 64 bytes with the PASID of the thread, without privilege', () => {
    const { cpu, queue } = setUp();
    assert.deepEqual(cpu.execute(enqcmd(command(0, 9)), user(0x8000_0007n)), { zf: false });
    const work = queue.next();
    assert.deepEqual([work?.pasid, work?.privileged, work?.command[8]], [7, false, 9]);
    assert.deepEqual([...(work?.command.subarray(0, 4) ?? [])], [7, 0, 0, 0]);
  });

  it('is a fault without a PASID, with bits in its first word, and at an address that is not aligned', () => {
    const { cpu } = setUp();
    const fault = { fault: '#GP' };
    assert.deepEqual(cpu.execute(enqcmd(), user(7n)), fault);
    assert.deepEqual(cpu.execute(enqcmd(command(1)), user(0x8000_0007n)), fault);
    const aside = { ...enqcmd(), destination: PORTAL + 8n };
    assert.deepEqual(cpu.execute(aside, user(0x8000_0007n)), fault);
  });

  it('says with ZF that the device has no room, or that there is none', () => {
    const { cpu, queue } = setUp(1);
    const thread = user(0x8000_0007n);
    assert.deepEqual(cpu.execute(enqcmd(), thread), { zf: false });
    assert.deepEqual(cpu.execute(enqcmd(), thread), { zf: true });
    queue.next();
    assert.deepEqual(cpu.execute(enqcmd(), thread), { zf: false });
    assert.deepEqual(cpu.execute({ ...enqcmd(), destination: 0x80n }, thread), { zf: true });
  });
});

describe('ENQCMDS', () => {
  it('takes PASID and privilege from its source, for a supervisor', () => {
    const { cpu, queue } = setUp();
    const kernel: Thread = { privilegeLevel: 0, pasidMsr: 0n };
    assert.deepEqual(cpu.execute(enqcmds(command(0x800f_ffff)), kernel), { zf: false });
    const work = queue.next();
    assert.deepEqual([work?.pasid, work?.privileged], [0xf_ffff, true]);
    assert.deepEqual(cpu.execute(enqcmds(command(0x10_0000)), kernel), { fault: '#GP' });
    assert.deepEqual(cpu.execute(enqcmds(command(0x4000_0000)), kernel), { fault: '#GP' });
    assert.deepEqual(cpu.execute(enqcmds(command(7)), user(0n)), { fault: '#GP' });
  });
});

describe('PASIDs of a guest', () => {
  it('stand for those of the host, each half in a directory of its own', () => {
    const { cpu, queue, guest, memory, set32 } = setUp();
    memory.write64(LOW + 8n, LOW_TABLE | 1n);
    set32(LOW_TABLE + 5n * 4n, VALID + 0x77);
    memory.write64(HIGH + 511n * 8n, HIGH_TABLE | 1n);
    set32(HIGH_TABLE + 1023n * 4n, VALID + 0x78);
    cpu.execute(enqcmd(), user(0x8000_0405n, guest));
    cpu.execute(enqcmd(), user(0x800f_ffffn, guest));
    assert.deepEqual([queue.next()?.pasid, queue.next()?.pasid], [0x77, 0x78]);
  });

  it('leave the guest where they stand for none', () => {
    const { cpu, queue, guest, memory, set32 } = setUp();
    assert.deepEqual(cpu.execute(enqcmd(), user(0x8000_0005n, guest)), { exit: 72, pasid: 5 });
    memory.write64(LOW, LOW_TABLE | 1n);
    set32(LOW_TABLE + 5n * 4n, 0x77);
    assert.deepEqual(cpu.execute(enqcmd(), user(0x8000_0005n, guest)), { exit: 72, pasid: 5 });
    const kernel: Thread = { privilegeLevel: 0, pasidMsr: 0n, guest };
    assert.deepEqual(cpu.execute(enqcmds(command(5)), kernel), { exit: 73, pasid: 5 });
    assert.equal(queue.next(), undefined);
  });

  it('are those of the host where the control is off', () => {
    const { cpu, queue, guest } = setUp();
    cpu.execute(enqcmd(), user(0x8000_0005n, { ...guest, controls: 0 }));
    assert.equal(queue.next()?.pasid, 5);
  });
});

describe('work of a guest', () => {
  it('goes by the PASID of the host to memory, to the fault queue and back', () => {
    const [guests, hosts] = [3, 0x77];
    const machine = new MachineHardware(defaultParts, nestedVtdBoard);
    const device = machine.plug({ pasidBits: 20, pageRequests: true });
    const { group } = device.iommu;
    group.claimDmaOwner(machine);
    const groups: PageRequestGroup[] = [];
    const domain = device.iommu.allocPagingDomain({ pasid: true }) as IommuDomain;
    domain.pageRequestHandler = (each) => groups.push(each);
    assert.equal(group.attachPasid({ domain }, hosts), undefined);
    const frame = machine.pages.allocate(0)!.pfn << 12n;
    machine.memory.write(frame, Uint8Array.of(1, 2, 3));

    const { cpu, queue, guest, memory, set32 } = setUp();
    memory.write64(LOW, LOW_TABLE | 1n);
    set32(LOW_TABLE + BigInt(guests) * 4n, VALID + hosts);
    cpu.execute(enqcmd(), user(BigInt(VALID + guests), guest));
    const { pasid = 0 } = queue.next() ?? {};
    device.pci.begin({ iova: 0x10_0000n, length: 3, pasid, group: 9 });
    machine.interrupts.take();
    assert.deepEqual(
      groups[0]?.requests.map((request) => request.pasid),
      [hosts],
    );
    domain.map(0x10_0000n, frame, 0x1000n, { read: true, write: true });
    groups[0]?.respond(0);
    assert.deepEqual(device.pci.goOn(9), Uint8Array.of(1, 2, 3));
    assert.equal(device.pci.dmaRead(0x10_0000n, 3, guests), 'blocked');
  });
});
