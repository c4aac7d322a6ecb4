import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';

import { Ajv2020 } from 'ajv/dist/2020.js';

import type { Attachment, Bench, DmaAccess } from '#port/bench.ts';
import type { Implementation, Machine } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import type { VirtioIommu } from '#port/virtio-iommu.ts';
import { connect } from './client.ts';
import { greet, startMachine } from './machine.ts';
import { methods } from './messages.ts';
import { serve } from './serve.ts';

/** Every call that arrived, and what the next one answers. */
const arrived: unknown[][] = [];
let answer: unknown;

function recorder<T extends object>(own: object): T {
  return new Proxy(own as T, {
    get: (target, name) =>
      name === 'then' || name in target
        ? Reflect.get(target, name)
        : async (...args: unknown[]) => {
            arrived.push([name, ...args]);
            return answer;
          },
  });
}

const identity = { name: 'it', version: '1', kernel: '6.12.0', architecture: 'x', pageSize: 4096 };
const servedProcess = recorder<Process>({});
const servedMachine = recorder<Machine>({
  identity,
  bench: recorder<Bench>({ virtioIommu: recorder<VirtioIommu>({}) }),
  newProcess: async () => servedProcess,
});
const iommus = [{ name: 'vt-d', model: 'vt-d', pageSizes: [4096] }] as const;
const devices = [
  { kind: 'vfio', bound: ['vfio-pci'], iommus: ['vt-d'], function: { pasidBits: 20 } },
] as const;
const implementation: Implementation = {
  name: 'recorder',
  machines: async () => [{ name: 'it', features: ['device', 'dma'], iommus, devices }],
  start: async () => servedMachine,
};

const [there, back] = [new PassThrough(), new PassThrough()];
const traffic: { from: 'client' | 'server'; line: string }[] = [];
there.on('data', (data: Buffer) => record('client', data));
back.on('data', (data: Buffer) => record('server', data));

function record(from: 'client' | 'server', data: Buffer): void {
  for (const line of data.toString().trim().split('\n')) traffic.push({ from, line });
}

let machine: Machine;
let process: Process;

before(async () => {
  void serve(implementation, there, back);
  const client = connect({ name: 'it', input: back, output: there, timeoutMs: 1000 });
  const hello = await greet(client, { mode: 'x' });
  assert.equal(hello.name, 'recorder');
  assert.deepEqual(hello.machines[0]?.devices, devices);
  const options = { machine: 'it', timeoutMs: 1000, settings: {} };
  machine = await startMachine(client, options, async () => {});
  assert.deepEqual(machine.identity, identity);
  process = await machine.newProcess();
});

after(() => there.end());

interface Case {
  readonly name: keyof Process;
  readonly args: readonly unknown[];
  readonly answers: readonly unknown[];
}

const poll = [{ fd: 3, events: 1, revents: 0 }];
const mapping = { address: 0n, length: 8192n, protection: 3, flags: 34, fd: -1, offset: 0n };
const top = 0xffff_ffff_ffff_ffffn;

const calls: readonly Case[] = [
  { name: 'open', args: ['/dev/iommu', 2], answers: [3, -2] },
  { name: 'close', args: [3], answers: [0, -9] },
  { name: 'ioctl', args: [3, 0x3b81, 0x7f00_0000_1000n], answers: [0, -22] },
  { name: 'ioctl', args: [-1, 0xffff_ffff, top], answers: [-524] },
  { name: 'read', args: [3, 4096n, 8], answers: [8, -11] },
  { name: 'write', args: [3, 4096n, 8], answers: [8] },
  { name: 'pread', args: [3, 4096n, 8, 1n << 40n], answers: [8] },
  { name: 'pwrite', args: [3, 4096n, 8, 0n], answers: [8] },
  { name: 'poll', args: [poll, 100], answers: [[{ fd: 3, events: 1, revents: 1 }], -14] },
  { name: 'mmap', args: [mapping], answers: [0x7f00_0000_0000n, -12n, 0n] },
  { name: 'munmap', args: [4096n, top], answers: [0, -22] },
  { name: 'load', args: [4096n, 3], answers: [Uint8Array.of(0, 128, 255), 'SIGSEGV', 'SIGBUS'] },
  { name: 'store', args: [4096n, Uint8Array.of(0, 128, 255)], answers: [undefined, 'SIGBUS'] },
  { name: 'memfd', args: [4096n, 1], answers: [4] },
  { name: 'eventfd', args: [7, 0], answers: [5] },
  { name: 'setLimit', args: ['memlock', top], answers: [0, -1] },
];

for (const { name, args, answers } of calls) {
  test(`${name} arrives as it was made, and its answer as it was given`, async () => {
    for (answer of answers) {
      const call = process[name].bind(process) as (...args: unknown[]) => Promise<unknown>;
      assert.deepEqual(await call(...args), answer);
      assert.deepEqual(arrived.at(-1), [name, ...args]);
    }
  });
}

test('a child process is one more process', async () => {
  answer = servedProcess;
  const child = await process.spawn({ drop: ['IPC_LOCK'] });
  assert.deepEqual(arrived.at(-1), ['spawn', { drop: ['IPC_LOCK'] }]);
  answer = 7;
  assert.equal(await child.close(1), 7);
  await child.exit();
  assert.deepEqual(arrived.at(-1), ['exit']);
});

test('the bench is at the other end as well', async () => {
  const { bench } = machine;
  const attachment: Attachment = { process, iommufd: 3, hwpt: 2 };
  const access: DmaAccess = { device: 'nic', attachment, iova: top, length: 2, pasid: 9 };
  const served = { ...access, attachment: { ...attachment, process: servedProcess } };
  const device = { id: 'nic', kind: 'vfio', cdev: '/dev/vfio/devices/vfio0' };
  const wish = {
    function: { pasidBits: 20, pageRequests: true },
    iommu: 'vt-d',
    group: { with: 'a' },
    bound: 'vfio-pci',
  } as const;
  const pageRequest = { iova: 4096n, pasid: 7, permissions: 3, group: 511, last: true };
  const each: [() => Promise<unknown>, unknown, unknown[]][] = [
    [() => bench.devices(), [device], ['devices']],
    [() => bench.plug(wish), device, ['plug', wish]],
    [() => bench.unplug('nic'), undefined, ['unplug', 'nic']],
    [() => bench.bind('nic', 'host'), -16, ['bind', 'nic', 'host']],
    [() => bench.sees(access, 1n), true, ['sees', served, 1n]],
    [() => bench.dmaRead(access), { bytes: Uint8Array.of(1, 2) }, ['dmaRead', served]],
    [() => bench.dmaRead(access), 'blocked', ['dmaRead', served]],
    [
      () => bench.dmaWrite(access, Uint8Array.of(1, 2)),
      'blocked',
      ['dmaWrite', served, Uint8Array.of(1, 2)],
    ],
    [
      () => bench.requestPages('nic', [pageRequest]),
      undefined,
      ['requestPages', 'nic', [pageRequest]],
    ],
    [
      () => bench.pageResponses('nic'),
      [{ group: 511, code: 15, pasid: 7 }],
      ['pageResponses', 'nic'],
    ],
    [
      () => bench.refusedAccesses('nic'),
      [{ iova: 1n << 63n, write: true, pasid: 7, reason: 0x71 }],
      ['refusedAccesses', 'nic'],
    ],
    [
      () => bench.startDma(access, { group: 5, bytes: Uint8Array.of(1, 2) }),
      undefined,
      ['startDma', served, { group: 5, bytes: Uint8Array.of(1, 2) }],
    ],
    [() => bench.startDma(access, { group: 5 }), undefined, ['startDma', served, { group: 5 }]],
    [() => bench.finishDma('nic', 5), 'waiting', ['finishDma', 'nic', 5]],
    [() => bench.finishDma('nic', 5), { bytes: Uint8Array.of(1) }, ['finishDma', 'nic', 5]],
    [
      () => bench.answerDevice('nic', { group: 5, code: 2 }),
      undefined,
      ['answerDevice', 'nic', { group: 5, code: 2 }],
    ],
    [() => bench.settle(), undefined, ['settle']],
    [() => bench.reset(), undefined, ['reset']],
    [() => machine.complaints(), ['WARNING: größer'], ['complaints']],
  ];
  for (const [call, given, seen] of each) {
    answer = given;
    assert.deepEqual(await call(), given);
    assert.deepEqual(arrived.at(-1), seen);
  }
});

test('so is the virtio-iommu that the suite drives', async () => {
  const device = machine.bench.virtioIommu;
  assert.ok(device);
  const bytes = Uint8Array.of(1, 2);
  const back = { bytes: Uint8Array.of(0xee), written: 0 };
  const change = { offset: 36, bytes: Uint8Array.of(1) };
  const each: [() => Promise<unknown>, unknown, unknown[]][] = [
    [() => device.request(bytes, 1), back, ['request', bytes, 1]],
    [() => device.request(bytes, 4), 'stopped', ['request', bytes, 4]],
    [() => device.events([24]), [bytes], ['events', [24]]],
    [() => device.events([]), 'stopped', ['events', []]],
    [() => device.configuration(), bytes, ['configuration', undefined]],
    [() => device.configuration(change), bytes, ['configuration', change]],
    [() => device.reset(), undefined, ['reset']],
  ];
  for (const [call, given, seen] of each) {
    answer = given;
    assert.deepEqual(await call(), given);
    assert.deepEqual(arrived.at(-1), seen);
  }
});

test('all of this traffic is what the published schema says', async () => {
  answer = undefined;
  await machine.stop();
  const path = join(__dirname, '../../../docs/wire-protocol.schema.json');
  const schema = JSON.parse(readFileSync(path, 'utf8')) as object;
  const ajv = new Ajv2020({ strict: false }).addSchema(schema, 'wire');
  const validate = (definition: string, value: unknown): void => {
    const valid = ajv.validate(`wire#/$defs/${definition}`, value);
    assert.ok(valid, `${definition} ${JSON.stringify(value)}: ${ajv.errorsText()}`);
  };
  const made = new Map<number, string>();
  for (const { from, line } of traffic) {
    const message = JSON.parse(line) as { id: number; method: string; result: unknown };
    assert.ok(ajv.validate('wire', message), line);
    if (from === 'client') {
      made.set(message.id, message.method);
      validate(`${message.method}.request`, message);
    } else validate(`${made.get(message.id)}.result`, message.result);
  }
  assert.deepEqual(new Set(made.values()), new Set(Object.keys(methods)));
});
