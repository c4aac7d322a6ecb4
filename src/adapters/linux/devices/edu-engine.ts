import { setTimeout } from 'node:timers/promises';

import { ImplementationBroken } from '#port/implementation.ts';
import type { Address, Fd, Process } from '#port/process.ts';
import { u64 } from '#uapi/codec.ts';
import { errnoName } from '#uapi/errno.ts';
import { MAP_SHARED, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import { benchAddress, Scratch } from '../scratch.ts';

/**
 * Bytes of a transfer: less than the device's own memory has, as QEMU 7.2 aborts when the last one is used, and a multiple
 * of 8, as its virtio-iommu translates a single byte at the end of a page by the mapping that follows.
 */
export const bufferBytes = 4088;

/** Where that memory is, as the device's addresses go. */
const bufferAddress = 0x40000n;
/** Source, destination, count, command: 64 bits each. QEMU: docs/specs/edu.rst */
const firstRegister = 0x80n;
const commandRegister = 0x98n;
const COMMAND_RUN = 1n;
const COMMAND_FROM_DEVICE = 2n;

/** vfio-pci puts region n at n << 40 of the device fd; region 0 is BAR 0, 7 the configuration space. */
const configurationSpace = 7n << 40n;
const commandOffset = 4n;
const MEMORY_AND_BUS_MASTER = Uint8Array.of(6, 0);

const registersBytes = 4096n;
/** What a transfer takes, by the clock of the virtual machine. */
const transferMs = 100;
const pollMs = 5;

export interface Transfer {
  readonly iova: bigint;
  /** Bytes, at most what fits. */
  readonly length: number;
  /** Bytes from the start of the device's memory. */
  readonly offset: number;
}

/** The DMA engine of QEMU's teaching device `edu` (PCI 1234:11e8), driven through its VFIO device fd. */
export class EduEngine {
  private readonly process: Process;
  private readonly fd: Fd;

  constructor(process: Process, fd: Fd) {
    this.process = process;
    this.fd = fd;
  }

  /** The device reads memory at `iova` into its own. */
  fetch(transfer: Transfer): Promise<void> {
    const device = bufferAddress + BigInt(transfer.offset);
    return this.run([transfer.iova, device, BigInt(transfer.length), COMMAND_RUN]);
  }

  /** The device writes its own memory to `iova`. */
  put(transfer: Transfer): Promise<void> {
    const device = bufferAddress + BigInt(transfer.offset);
    const command = COMMAND_RUN | COMMAND_FROM_DEVICE;
    return this.run([device, transfer.iova, BigInt(transfer.length), command]);
  }

  /**
   * The registers are mapped for the time of a transfer only: a mapping keeps the device open. Not pwrite(): kernels
   * before 6.14 make two accesses of eight bytes, and the device drops the second half.
   */
  private async run(registers: readonly bigint[]): Promise<void> {
    await this.enable();
    const window = await this.mapRegisters();
    const bytes = new Uint8Array(registers.length * u64.size);
    const view = new DataView(bytes.buffer);
    registers.forEach((value, index) => u64.encode(view, index * u64.size, value));
    const signal = await this.process.store(window + firstRegister, bytes);
    if (signal !== undefined) throw new ImplementationBroken(`registers of edu: ${signal}`);
    await this.untilIdle(window);
    await this.process.munmap(window, registersBytes);
  }

  private async enable(): Promise<void> {
    const scratch = await Scratch.of(this.process);
    const where = configurationSpace + commandOffset;
    const [, result] = await Promise.all([
      scratch.store(MEMORY_AND_BUS_MASTER),
      this.process.pwrite(this.fd, scratch.address, 2, where),
    ]);
    if (result === 2) return;
    throw new ImplementationBroken(`cannot enable edu: ${errnoName(result)}`);
  }

  private async mapRegisters(): Promise<Address> {
    const window = await this.process.mmap({
      address: benchAddress(),
      length: registersBytes,
      protection: PROT_READ | PROT_WRITE,
      flags: MAP_SHARED,
      fd: this.fd,
      offset: 0n,
    });
    if (window >= 0n) return window;
    throw new ImplementationBroken(`cannot map the registers of edu: ${errnoName(Number(window))}`);
  }

  private async untilIdle(window: Address): Promise<void> {
    await setTimeout(transferMs - pollMs);
    for (;;) {
      const command = await this.process.load(window + commandRegister, u64.size);
      if (typeof command === 'string') throw new ImplementationBroken(`edu: ${command}`);
      if ((BigInt(command[0] ?? 0) & COMMAND_RUN) === 0n) return;
      await setTimeout(pollMs);
    }
  }
}
