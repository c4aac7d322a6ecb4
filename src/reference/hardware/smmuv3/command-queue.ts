import type { Hpa } from '#formats/addresses.ts';
import {
  asidOf,
  Opcode,
  opcodeOf,
  rangeOf,
  resumptionOf,
  streamOf,
  vmidOf,
  COMMAND_SIZE,
  isOfStream,
  streamRangeOf,
  deviceRangeOf,
  substreamIndexOf,
} from '#formats/smmuv3/commands.ts';
import type { Command } from '#formats/smmuv3/commands.ts';

import type { Endpoint, MemoryBus } from '../bus.ts';
import type { ConfigurationCache } from './configuration-cache.ts';
import type { Stalls } from './stalls.ts';
import type { Tlb } from './tlb.ts';

export interface SmmuCommandQueueOptions {
  readonly memory: MemoryBus;
  readonly tlb: Tlb;
  readonly configuration: ConfigurationCache;
  /** Absent where no fault waits: CMD_RESUME is illegal. */
  readonly stalls: Stalls | undefined;
  /** IDR0.ATS: without it, CMD_ATC_INV is illegal. */
  readonly hasAts: boolean;
  endpoint(stream: number): Endpoint | undefined;
}

/**
 * SMMUv3, 4 Commands and 3.5.1 queues: a ring in memory, which is read while software writes CMDQ_PROD: there is no other
 * clock. An invalidation has until the next CMD_SYNC to take effect, and takes that long here: one that software does not
 * wait for shows. A command that is illegal stops the queue: CERROR_ILL. HW-SMU-31
 */
export class CommandQueue {
  protected readonly tlb: Tlb;
  protected readonly configuration: ConfigurationCache;
  protected readonly stalls: Stalls | undefined;
  protected readonly endpoint: (stream: number) => Endpoint | undefined;
  private readonly hasAts: boolean;
  private readonly memory: MemoryBus;
  private base = 0n;
  private entries = 0;
  private consumed = 0;
  private hasFailed = false;
  /** What has been read and not yet carried out. */
  private pending: (() => void)[] = [];

  constructor(options: SmmuCommandQueueOptions) {
    const { memory, tlb, configuration, stalls, hasAts, endpoint } = options;
    this.stalls = stalls;
    [this.hasAts, this.endpoint] = [hasAts, endpoint];
    this.memory = memory;
    this.tlb = tlb;
    this.configuration = configuration;
  }

  /** CMDQ_CONS.RD: how many were carried out. */
  get consumer(): number {
    return this.consumed;
  }

  /** GERROR.CMDQ_ERR */
  get failed(): boolean {
    return this.hasFailed;
  }

  enable(base: Hpa, entries: number): void {
    [this.base, this.entries, this.consumed, this.hasFailed] = [base, entries, 0, false];
    this.pending = [];
  }

  /** CMDQ_PROD.WR: counts all that were ever written. */
  produce(produced: number): void {
    while (this.consumed !== produced && !this.hasFailed) {
      const address = this.base + BigInt(this.consumed % this.entries) * COMMAND_SIZE;
      const command = [this.memory.read64(address), this.memory.read64(address + 8n)] as const;
      if (this.carryOut(command)) this.consumed += 1;
      else this.hasFailed = true;
    }
  }

  /** False where the command is illegal. */
  protected carryOut(command: Command): boolean {
    if (opcodeOf(command) === Opcode.Sync) return this.synchronize();
    if (opcodeOf(command) === Opcode.Resume) return this.resume(command);
    const effect = this.effectOf(command);
    if (effect !== undefined) this.pending.push(effect);
    return effect !== undefined;
  }

  /** 4.6.2 CMD_RESUME: takes effect when it is consumed, whether or not a CMD_SYNC comes. HW-SMU-25 */
  protected resume(command: Command): boolean {
    this.stalls?.resume(resumptionOf(command));
    return this.stalls !== undefined;
  }

  /** 4.7.3 CMD_SYNC: all before it is done. */
  protected synchronize(): true {
    for (const effect of this.pending.splice(0)) effect();
    return true;
  }

  /** Undefined where the command is illegal. */
  protected effectOf(command: Command): (() => void) | undefined {
    if (opcodeOf(command) === Opcode.AtcInv) return this.effectOnDevice(command);
    if (isOfStream(command)) return this.effectOnConfiguration(command);
    return this.effectOnTags(command) ?? this.effectOnPages(command);
  }

  /** 4.3. CFGI_STE_RANGE of all streams is CFGI_ALL. HW-SMU-12 13 14 */
  protected effectOnConfiguration(command: Command): (() => void) | undefined {
    const stream = streamOf(command);
    switch (opcodeOf(command)) {
      case Opcode.CfgiSte:
        return () => this.configuration.forgetStream(stream);
      case Opcode.CfgiSteRange:
        return () => this.configuration.forgetStreams(stream, streamRangeOf(command));
      case Opcode.CfgiCd:
        return () => this.configuration.forgetContext(stream, substreamIndexOf(command));
      case Opcode.CfgiCdAll:
        return () => this.configuration.forgetContexts(stream);
      default:
        return undefined;
    }
  }

  /** 4.5.1 CMD_ATC_INV: a message to the device, whose answer CMD_SYNC waits for. HW-SMU-23 */
  protected effectOnDevice(command: Command): (() => void) | undefined {
    const endpoint = this.endpoint(streamOf(command));
    return this.hasAts ? () => endpoint?.invalidateTranslations(deviceRangeOf(command)) : undefined;
  }

  /** 4.4: what takes all of a tag away. HW-SMU-15 16 20 22 */
  protected effectOnTags(command: Command): (() => void) | undefined {
    const [vmid, asid] = [vmidOf(command), asidOf(command)];
    switch (opcodeOf(command)) {
      case Opcode.TlbiNhAll:
        return () => this.tlb.invalidateVmid(vmid, false);
      case Opcode.TlbiS12Vmall:
        return () => this.tlb.invalidateVmid(vmid, true);
      case Opcode.TlbiNhAsid:
        return () => this.tlb.invalidateAsid(vmid, asid);
      case Opcode.TlbiNsnhAll:
        return () => this.tlb.invalidateAll();
      default:
        return undefined;
    }
  }

  /** 4.4: what takes a range of addresses away. HW-SMU-17 18 21 */
  protected effectOnPages(command: Command): (() => void) | undefined {
    const range = rangeOf(command);
    const [vmid, asid] = [vmidOf(command), asidOf(command)];
    if (range === undefined) return undefined;
    switch (opcodeOf(command)) {
      case Opcode.TlbiNhVa:
        return () => this.tlb.invalidateStage1({ vmid, asid }, range);
      case Opcode.TlbiNhVaa:
        return () => this.tlb.invalidateStage1({ vmid, asid: undefined }, range);
      case Opcode.TlbiS2Ipa:
        return () => this.tlb.invalidateStage2(vmid, range);
      default:
        return undefined;
    }
  }
}
