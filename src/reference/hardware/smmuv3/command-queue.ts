import type { Hpa } from '#formats/addresses.ts';
import {
  asidOf,
  Opcode,
  opcodeOf,
  rangeOf,
  streamOf,
  vmidOf,
  COMMAND_SIZE,
  isOfStream,
  streamRangeOf,
} from '#formats/smmuv3/commands.ts';
import type { Command } from '#formats/smmuv3/commands.ts';

import type { MemoryBus } from '../bus.ts';
import type { ConfigurationCache } from './configuration-cache.ts';
import type { Tlb } from './tlb.ts';

export interface SmmuCommandQueueOptions {
  readonly memory: MemoryBus;
  readonly tlb: Tlb;
  readonly configuration: ConfigurationCache;
}

/**
 * SMMUv3, 4 Commands and 3.5.1 queues: a ring in memory. Commands are carried out while software writes CMDQ_PROD: there
 * is no other clock, so that a CMD_SYNC has nothing to wait for. One that is illegal stops the queue: CERROR_ILL.
 */
export class CommandQueue {
  protected readonly tlb: Tlb;
  protected readonly configuration: ConfigurationCache;
  private readonly memory: MemoryBus;
  private base = 0n;
  private entries = 0;
  private consumed = 0;
  private hasFailed = false;

  constructor({ memory, tlb, configuration }: SmmuCommandQueueOptions) {
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
    const opcode = opcodeOf(command);
    if (isOfStream(command)) return this.invalidateConfiguration(opcode, command);
    switch (opcode) {
      case Opcode.TlbiNhAll:
        this.tlb.invalidateVmid(vmidOf(command), false);
        return true;
      case Opcode.TlbiS12Vmall:
        this.tlb.invalidateVmid(vmidOf(command), true);
        return true;
      case Opcode.TlbiNhAsid:
        this.tlb.invalidateAsid(vmidOf(command), asidOf(command));
        return true;
      case Opcode.TlbiNsnhAll:
        this.tlb.invalidateAll();
        return true;
      case Opcode.Sync:
        return true;
      default:
        return this.invalidatePages(opcode, command);
    }
  }

  /** 4.3. CFGI_STE_RANGE of all streams is CFGI_ALL. */
  protected invalidateConfiguration(opcode: bigint, command: Command): boolean {
    const stream = streamOf(command);
    switch (opcode) {
      case Opcode.CfgiSte:
        this.configuration.forgetStream(stream);
        return true;
      case Opcode.CfgiSteRange:
        this.configuration.forgetStreams(stream, streamRangeOf(command));
        return true;
      case Opcode.CfgiCd:
      case Opcode.CfgiCdAll:
        this.configuration.forgetContext(stream);
        return true;
      default:
        return false;
    }
  }

  /** 4.4 */
  protected invalidatePages(opcode: bigint, command: Command): boolean {
    const range = rangeOf(command);
    const [vmid, asid] = [vmidOf(command), asidOf(command)];
    if (range === undefined) return false;
    switch (opcode) {
      case Opcode.TlbiNhVa:
        this.tlb.invalidateStage1({ vmid, asid }, range);
        return true;
      case Opcode.TlbiNhVaa:
        this.tlb.invalidateStage1({ vmid, asid: undefined }, range);
        return true;
      case Opcode.TlbiS2Ipa:
        this.tlb.invalidateStage2(vmid, range);
        return true;
      default:
        return false;
    }
  }
}
