import { smmuv3 } from '#commands/vendors/smmuv3.ts';
import { featuresOf } from '#port/derived-features.ts';
import type { Attachment, DmaResult } from '#port/bench.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Implementation, Machine, StartOptions } from '#port/implementation.ts';
import type { Feature } from '#port/features.ts';
import type { Address, Fd, Process } from '#port/process.ts';
import { fieldOf, pack } from '#random/call.ts';
import { contextAddress, guestMemory } from '#second-reading/trials/smmuv3-guest.ts';
import { parseBits, splitWords } from '#steps/support/guest/bits.ts';
import { command as smmuCommand, streamTableEntry } from '#steps/support/guest/smmuv3-bits.ts';
import {
  IOMMU_HWPT_ALLOC,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_INVALIDATE,
} from '#uapi/iommufd/hwpt.ts';
import {
  IOMMU_IOAS_ALLOC,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
} from '#uapi/iommufd/ioas.ts';
import {
  IOMMU_VDEVICE_ALLOC,
  IOMMU_VEVENTQ_ALLOC,
  IOMMU_VIOMMU_ALLOC,
} from '#uapi/iommufd/viommu.ts';
import type { Command } from '#uapi/ioctl.ts';
import { MAP_ANONYMOUS, MAP_SHARED, O_RDWR, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import { POLLIN } from '#uapi/poll.ts';
import { IOMMUFD_PATH } from '#uapi/paths.ts';
import { VFIO_DEVICE_ATTACH_IOMMUFD_PT, VFIO_DEVICE_BIND_IOMMUFD } from '#uapi/vfio/device.ts';

import { Problem } from '../problem.ts';

/** What a machine needs so that a guest's tables lead a device there. */
const needed: readonly Feature[] = [
  'smmuv3-nesting',
  'hwpt-alloc',
  'veventq',
  'vfio-device',
  'dma',
];
const timeoutMs = 60_000;

const STREAM = 0x55;
/** Calls and what they point to, and what is read. */
const SCRATCH = 0x4000n;
const [STRUCT, DATA] = [0n, 0x1000n];
const CHUNK = 0x1_0000;
const HALF = 4;
const DEPTH = 64;
const [EVENT_MS, MOMENT_MS] = [1000, 10];
/** struct iommufd_vevent_header and the record of an event. */
const EVENT_BYTES = 8 + smmuv3.events.struct.size;

/** A device whose addresses are led by tables in the memory of a process, and what the guest is told of it. */
export class NestedDevice {
  private readonly machine: Machine;
  private readonly process: Process;
  private readonly scratch: Address;
  private readonly memory: Address;
  private readonly iommufd: Fd;
  private device = '';
  private attachment!: Attachment;
  private viommu = 0;
  private events: Fd = -1;
  private written: readonly bigint[] = [];

  private constructor(
    machine: Machine,
    process: Process,
    { scratch, memory, iommufd }: Readonly<Record<'scratch' | 'memory', Address>> & { iommufd: Fd },
  ) {
    [this.machine, this.process] = [machine, process];
    [this.scratch, this.memory, this.iommufd] = [scratch, memory, iommufd];
  }

  /** A Problem where no machine of the implementation nests behind an SMMUv3. */
  static async open(
    implementation: Implementation,
    settings: StartOptions['settings'],
  ): Promise<NestedDevice> {
    const machines = await implementation.machines(settings);
    const fit = machines.find((each) => needed.every((one) => featuresOf(each).includes(one)));
    if (fit === undefined)
      throw new Problem(
        `adapter ${implementation.name} has no machine with ${needed.join(', ')}`,
        'on Linux, name an arm64 kernel that nests: docs/linux.md',
      );
    const machine = await implementation.start({ machine: fit.name, timeoutMs, settings });
    const process = await machine.newProcess();
    const [scratch, memory] = [await map(process, SCRATCH), await map(process, guestMemory.all)];
    const iommufd = await process.open(IOMMUFD_PATH, O_RDWR);
    const nested = new NestedDevice(machine, process, { scratch, memory, iommufd });
    await nested.fill();
    await nested.attach();
    return nested;
  }

  stop(): Promise<void> {
    return this.machine.stop();
  }

  /** Other tables, of which nothing is cached yet. */
  async write(words: ReadonlyMap<bigint, bigint>): Promise<void> {
    const gone = this.written.filter((at) => !words.has(at)).map((at) => [at, 0n] as const);
    await Promise.all([...gone, ...words].map(([at, word]) => this.store(at, word)));
    this.written = [...words.keys()];
    const commands = [`CFGI_CD_ALL, StreamID ${STREAM}`, 'TLBI_NSNH_ALL'].map((words) => {
      const cmd = splitWords(parseBits(smmuCommand, words), 2, 8) as bigint[];
      return smmuv3.guestInvalidation.struct.pack({ cmd });
    });
    await this.process.store(this.scratch + DATA, Buffer.concat(commands));
    await this.call(IOMMU_HWPT_INVALIDATE, {
      ...{ hwpt_id: this.viommu, data_uptr: this.scratch + DATA, entry_num: commands.length },
      ...{ data_type: smmuv3.guestInvalidation.type },
      entry_len: smmuv3.guestInvalidation.struct.size,
    });
  }

  /** The lower half of a word: one request of an edu device, and one event where it is refused. */
  async read(iova: bigint): Promise<bigint | 'blocked'> {
    const place = { device: this.device, attachment: this.attachment, iova, length: HALF };
    return halfOf(await this.machine.bench.dmaRead(place));
  }

  /** The lower half of a word; what is there afterwards tells whether it came. */
  async put(iova: bigint, half: bigint): Promise<'blocked' | undefined> {
    const place = { device: this.device, attachment: this.attachment, iova, length: HALF };
    const result = await this.machine.bench.dmaWrite(place, bytesOf(half).subarray(0, HALF));
    return result === 'blocked' ? result : undefined;
  }

  async load(at: bigint): Promise<bigint> {
    const bytes = await this.process.load(this.memory + at, HALF);
    if (typeof bytes === 'string') throw new ImplementationBroken('a load of own memory failed');
    return halfOf({ bytes });
  }

  async store(at: bigint, word: bigint): Promise<void> {
    await this.process.store(this.memory + at, bytesOf(word));
  }

  /**
   * The numbers of the events that came since it was asked last. The kernel takes them from the queue of the unit when it finds the
   * time: one that is expected is waited for, and any other has a moment.
   */
  async told(isExpected: boolean): Promise<readonly number[]> {
    const length = 0x1000;
    const events = [{ fd: this.events, events: POLLIN, revents: 0 }];
    await this.process.poll(events, isExpected ? EVENT_MS : MOMENT_MS);
    const count = await this.process.read(this.events, this.scratch + DATA, length);
    const bytes = await this.process.load(this.scratch + DATA, length);
    if (typeof bytes === 'string') throw new ImplementationBroken('a load of own memory failed');
    const starts = Array.from({ length: Math.max(count, 0) / EVENT_BYTES }, (_, n) => n);
    return starts.map((each) => bytes[each * EVENT_BYTES + 8] ?? 0);
  }

  /** Behind the tables each word holds its own address. */
  private async fill(): Promise<void> {
    for (let at = Number(guestMemory.tables); at < Number(guestMemory.all); at += CHUNK) {
      const words = BigUint64Array.from({ length: CHUNK / 8 }, (_, n) => BigInt(at + n * 8));
      await this.process.store(this.memory + BigInt(at), new Uint8Array(words.buffer));
    }
  }

  private async attach(): Promise<void> {
    const { iommufd, process } = this;
    const { id: device, cdev = '' } = await this.machine.bench.plug({});
    const deviceFd = await process.open(cdev, O_RDWR);
    const dev_id = (await this.call(VFIO_DEVICE_BIND_IOMMUFD, { iommufd }, deviceFd))('out_devid');
    const ioas_id = (await this.call(IOMMU_IOAS_ALLOC, {}))('out_ioas_id');
    const rights = IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE;
    const all = { user_va: this.memory, length: guestMemory.all, iova: 0n };
    await this.call(IOMMU_IOAS_MAP, { flags: rights | IOMMU_IOAS_MAP_FIXED_IOVA, ioas_id, ...all });
    const wanted = { flags: IOMMU_HWPT_ALLOC_NEST_PARENT, dev_id, pt_id: ioas_id };
    const parent = (await this.call(IOMMU_HWPT_ALLOC, wanted))('out_hwpt_id');
    const { type } = smmuv3.viommu;
    const virtual = await this.call(IOMMU_VIOMMU_ALLOC, { type, dev_id, hwpt_id: parent });
    const viommu_id = (this.viommu = virtual('out_viommu_id'));
    await this.call(IOMMU_VDEVICE_ALLOC, { viommu_id, dev_id, virt_id: STREAM });
    const queue = { viommu_id, type: smmuv3.events.type, veventq_depth: DEPTH };
    this.events = (await this.call(IOMMU_VEVENTQ_ALLOC, queue))('out_veventq_fd');
    const hwpt = await this.nestedTable(dev_id);
    await this.call(VFIO_DEVICE_ATTACH_IOMMUFD_PT, { pt_id: hwpt }, deviceFd);
    this.device = device;
    this.attachment = { process, iommufd, deviceFd, hwpt };
  }

  private async nestedTable(dev_id: number): Promise<number> {
    const entry = `V, Config S1_TRANS, S1ContextPtr ${contextAddress}, S1CIR 1, S1COR 1, S1CSH 3`;
    const ste = splitWords(parseBits(streamTableEntry, entry), 2, 8) as bigint[];
    const { type, bytes } = smmuv3.nested.data(ste);
    await this.process.store(this.scratch + DATA, bytes);
    const data = { data_type: type, data_len: bytes.length, data_uptr: this.scratch + DATA };
    return (await this.call(IOMMU_HWPT_ALLOC, { dev_id, pt_id: this.viommu, ...data }))(
      'out_hwpt_id',
    );
  }

  /** Gives what reads fields of the struct afterwards. */
  private async call(
    command: Command,
    fields: Readonly<Record<string, number | bigint>>,
    fd = this.iommufd,
  ): Promise<(field: string) => number> {
    const numbers = Object.entries(fields).map(([name, number]) => [name, BigInt(number)] as const);
    const before = pack(command, new Map(numbers));
    const address = this.scratch + STRUCT;
    const [, result, after] = await Promise.all([
      this.process.store(address, before),
      this.process.ioctl(fd, command.request, address),
      this.process.load(address, before.length),
    ]);
    if (result >= 0 && typeof after !== 'string')
      return (field) => Number(fieldOf(command, after, field));
    throw new ImplementationBroken(`${command.name}, which no table has a part in, gave ${result}`);
  }
}

async function map(process: Process, length: bigint): Promise<Address> {
  const protection = PROT_READ | PROT_WRITE;
  const flags = MAP_SHARED | MAP_ANONYMOUS;
  const request = { address: 0n, length, protection, flags, fd: -1, offset: 0n };
  const address = await process.mmap(request);
  if (address >= 0n) return address;
  throw new ImplementationBroken(`mmap of ${length} bytes gave ${address}`);
}

function bytesOf(word: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(word).buffer);
}

function halfOf(result: { readonly bytes: Uint8Array }): bigint;
function halfOf(result: DmaResult): bigint | 'blocked';
function halfOf(result: DmaResult): bigint | 'blocked' {
  return result === 'blocked' ? result : BigInt(Buffer.from(result.bytes).readUInt32LE());
}
