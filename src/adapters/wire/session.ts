import type { Attachment, DmaAccess, DmaResult, PageRequest } from '#port/bench.ts';
import type { Implementation, Machine, StartOptions } from '#port/implementation.ts';
import type { MmapRequest, Process, SyscallResult } from '#port/process.ts';
import type { VirtioIommu } from '#port/virtio-iommu.ts';
import { fromHexBytes, toHex64, toHexBytes } from './hex.ts';
import { protocolVersion } from './messages.ts';
import type {
  Hex64,
  Method,
  Params,
  Result,
  WireAttachment,
  WireDmaAccess,
  WirePageRequest,
} from './messages.ts';
import { virtioConfiguration, virtioEvents, virtioRequest } from './virtio-iommu.ts';

/** The other side has its own clock; this one is for an implementation that passes the call on once more. */
const callTimeoutMs = 60_000;

type Handlers = {
  readonly [M in Method]: (params: Params<M>) => Promise<Result<M>>;
};

/** What one user of a served implementation has: settings, a machine, processes by number. */
export class Session {
  private readonly implementation: Implementation;
  private settings: StartOptions['settings'];
  private starting: Promise<Machine> | undefined;
  private running: Machine | undefined;
  private readonly processes = new Map<number, Process>();
  private lastProcess = 0;

  constructor(implementation: Implementation, settings: StartOptions['settings']) {
    this.implementation = implementation;
    this.settings = settings;
  }

  carryOut<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.handlers[method](params);
  }

  async stop(): Promise<void> {
    const starting = this.starting;
    this.starting = this.running = undefined;
    this.processes.clear();
    const machine = await starting?.catch(() => undefined);
    await machine?.stop();
  }

  private get machine(): Machine {
    if (this.running === undefined) throw new Error('no machine is running; call start first');
    return this.running;
  }

  private get virtioIommu(): VirtioIommu {
    const { virtioIommu } = this.machine.bench;
    if (virtioIommu === undefined) throw new Error('the bench drives no virtio-iommu');
    return virtioIommu;
  }

  private process({ process }: { readonly process: number }): Process {
    const found = this.processes.get(process);
    if (found === undefined) throw new Error(`no process ${process}`);
    return found;
  }

  private enter(process: Process): number {
    this.processes.set(++this.lastProcess, process);
    return this.lastProcess;
  }

  private attachment({ process, ...rest }: WireAttachment): Attachment {
    return { ...rest, process: this.process({ process }) };
  }

  private access({ device, iova, length, attachment, pasid }: WireDmaAccess): DmaAccess {
    const access = { device, length, iova: BigInt(iova), attachment: this.attachment(attachment) };
    return pasid === undefined ? access : { ...access, pasid };
  }

  private readonly handlers: Handlers = {
    hello: async ({ protocol, settings }) => {
      if (protocol !== protocolVersion)
        throw new Error(`this is version ${protocolVersion} of the protocol, not ${protocol}`);
      this.settings = { ...this.settings, ...settings };
      const { name } = this.implementation;
      const machines = await this.implementation.machines(this.settings);
      const known = await this.implementation.settings?.(this.settings);
      return { protocol: protocolVersion, name, machines, ...(known && { settings: known }) };
    },
    start: async ({ machine }) => {
      await this.stop();
      const options = { machine, settings: this.settings, timeoutMs: callTimeoutMs };
      this.starting = this.implementation.start(options);
      this.running = await this.starting;
      return this.running.identity;
    },
    stop: async () => {
      await this.stop();
      return null;
    },
    complaints: () => this.machine.complaints(),

    'new-process': async () => this.enter(await this.machine.newProcess()),
    spawn: async (p) => this.enter(await this.process(p).spawn({ drop: p.drop })),
    exit: async (p) => {
      const process = this.process(p);
      this.processes.delete(p.process);
      await process.exit();
      return null;
    },
    open: (p) => this.process(p).open(p.path, p.flags),
    close: (p) => this.process(p).close(p.fd),
    ioctl: (p) => this.process(p).ioctl(p.fd, p.request, BigInt(p.arg)),
    read: (p) => this.process(p).read(p.fd, BigInt(p.buffer), p.length),
    write: (p) => this.process(p).write(p.fd, BigInt(p.buffer), p.length),
    pread: (p) => this.process(p).pread(p.fd, BigInt(p.buffer), p.length, BigInt(p.offset)),
    pwrite: (p) => this.process(p).pwrite(p.fd, BigInt(p.buffer), p.length, BigInt(p.offset)),
    poll: (p) => this.process(p).poll(p.fds, p.timeoutMs),
    mmap: async (p) => addressToWire(await this.process(p).mmap(mmapRequest(p))),
    munmap: (p) => this.process(p).munmap(BigInt(p.address), BigInt(p.length)),
    load: async (p) => {
      const loaded = await this.process(p).load(BigInt(p.address), p.length);
      return typeof loaded === 'string' ? { signal: loaded } : { bytes: toHexBytes(loaded) };
    },
    store: async (p) => {
      const signal = await this.process(p).store(BigInt(p.address), fromHexBytes(p.bytes));
      return signal === undefined ? null : { signal };
    },
    memfd: (p) => this.process(p).memfd(BigInt(p.length), p.flags),
    eventfd: (p) => this.process(p).eventfd(p.initial, p.flags),
    'set-limit': (p) => this.process(p).setLimit(p.resource, BigInt(p.limit)),

    devices: () => this.machine.bench.devices(),
    plug: (wish) => this.machine.bench.plug(wish),
    unplug: async ({ device }) => {
      await this.machine.bench.unplug(device);
      return null;
    },
    bind: (p) => this.machine.bench.bind(p.device, p.driver),
    sees: (p) => this.machine.bench.sees(this.access(p), BigInt(p.address)),
    'dma-read': async (p) => dmaToWire(await this.machine.bench.dmaRead(this.access(p))),
    'dma-write': async (p) =>
      dmaToWire(await this.machine.bench.dmaWrite(this.access(p), fromHexBytes(p.bytes))),
    'request-pages': async ({ device, requests }) => {
      await this.machine.bench.requestPages(device, requests.map(pageRequest));
      return null;
    },
    'page-responses': ({ device }) => this.machine.bench.pageResponses(device),
    'refused-accesses': async ({ device }) => {
      const refused = await this.machine.bench.refusedAccesses(device);
      return refused.map(({ iova, ...rest }) => ({ ...rest, iova: toHex64(iova) }));
    },
    'start-dma': async ({ group, bytes, ...access }) => {
      const written = bytes === undefined ? {} : { bytes: fromHexBytes(bytes) };
      await this.machine.bench.startDma(this.access(access), { group, ...written });
      return null;
    },
    'finish-dma': async ({ device, group }) => {
      const result = await this.machine.bench.finishDma(device, group);
      return result === 'waiting' ? { waiting: true } : dmaToWire(result);
    },
    'answer-device': async ({ device, response }) => {
      await this.machine.bench.answerDevice(device, response);
      return null;
    },
    'virtio-request': (p) => virtioRequest(this.virtioIommu, p),
    'virtio-events': (p) => virtioEvents(this.virtioIommu, p),
    'virtio-configuration': (p) => virtioConfiguration(this.virtioIommu, p),
    'virtio-reset': async () => {
      await this.virtioIommu.reset();
      return null;
    },
    settle: async () => {
      await this.machine.bench.settle();
      return null;
    },
    reset: async () => {
      await this.machine.bench.reset();
      return null;
    },
  };
}

function mmapRequest(p: Params<'mmap'>): MmapRequest {
  const { protection, flags, fd } = p;
  const [address, length, offset] = [BigInt(p.address), BigInt(p.length), BigInt(p.offset)];
  return { address, length, protection, flags, fd, offset };
}

function pageRequest({ iova, pasid, ...rest }: WirePageRequest): PageRequest {
  return { ...rest, iova: BigInt(iova), ...(pasid !== undefined && { pasid }) };
}

function addressToWire(result: SyscallResult<bigint>): Hex64 | number {
  return result < 0n ? Number(result) : toHex64(result);
}

function dmaToWire(result: DmaResult): Result<'dma-read'> {
  return result === 'blocked' ? { blocked: true } : { bytes: toHexBytes(result.bytes) };
}
