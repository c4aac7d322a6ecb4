import { AssertionError } from 'chai';

import { u64 } from '#uapi/codec.ts';
import { O_NONBLOCK } from '#uapi/mman.ts';

import { changeCauses, setIrqs, takeSignals } from './support/calls/interrupts.ts';
import { demand, demandMemory } from './support/calls/scratch.ts';
import { requireOf } from './support/calls/plug.ts';
import { Given, Then, When } from './support/cucumber.ts';

Given('{newEventfd}', async function ({ name, count }) {
  const fd = demand('eventfd', await this.it.port.eventfd(count, O_NONBLOCK));
  this.trace.add(`eventfd(${count}, EFD_NONBLOCK)`, fd);
  this.handles.add({ kind: 'eventfd', name, fd, process: this.it });
});

When('{process} connects {interrupts} to {targets}', async function (process, interrupts, fds) {
  requireOf(this, interrupts.device, 'vfio-device');
  await setIrqs(this, process, { interrupts, action: 'triggers', fds });
});

When('{process} disconnects {interrupts}', async function (process, interrupts) {
  requireOf(this, interrupts.device, 'vfio-device');
  await setIrqs(this, process, { interrupts, action: 'triggers', count: 0 });
});

When('{process} {interruptAction} {interrupts}', async function (process, action, interrupts) {
  requireOf(this, interrupts.device, 'vfio-device');
  await setIrqs(this, process, { interrupts, action });
});

When(
  '{process} {interruptAction} {interrupts} by {targets}',
  async function (process, action, interrupts, fds) {
    requireOf(this, interrupts.device, 'vfio-device');
    await setIrqs(this, process, { interrupts, action, fds });
  },
);

When('{device} {causing} cause {int}', async function (device, how, causes) {
  requireOf(this, device, 'vfio-device');
  this.settle();
  await changeCauses(this, device, { how, causes: BigInt(causes) });
});

When('{process} writes {int} to {eventfd}', async function (process, count, { name, fd }) {
  const { port, scratch } = process;
  this.settle();
  const bytes = new Uint8Array(BigUint64Array.of(BigInt(count)).buffer);
  demandMemory('store of a count', await port.store(scratch.array, bytes));
  const result = await port.write(fd, scratch.array, u64.size);
  this.trace.add(`write(eventfd "${name}", ${count})`, result);
  this.conclude({ name: `write to eventfd "${name}"`, result });
});

Then('{eventfd} {signals}', async function (eventfd, expected) {
  const signals = await takeSignals(this, eventfd, expected);
  this.trace.note(`eventfd "${eventfd.name}" was signalled ${signals} times`);
  if (signals === expected) return;
  throw new AssertionError(
    `eventfd "${eventfd.name}" was signalled ${signals} times; expected ${expected}`,
  );
});
