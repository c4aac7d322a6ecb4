import type { Attachment } from '#port/bench.ts';
import type { Backend } from '#port/vmm.ts';

import type { AddressSpace } from './address-space.ts';
import type { VfioDevice } from './device.ts';
import { VmmError } from './error.ts';
import type { VfioListener } from './listener.ts';
import type { VmmParts } from './parts.ts';
import type { OpenFile, Syscalls } from './syscalls.ts';

/** IOVAs, which are the guest's physical addresses. */
export interface DmaRange {
  readonly iova: bigint;
  /** Bytes. */
  readonly size: bigint;
}

export interface DmaMapping extends DmaRange {
  /** Of the VMM's memory. */
  readonly address: bigint;
  readonly readOnly: boolean;
  /** The memory is that of a file, from its beginning on. */
  readonly file?: OpenFile;
}

/** What each part of a VMM works with. */
export interface VmmContext {
  readonly syscalls: Syscalls;
  readonly parts: VmmParts;
  readonly space: AddressSpace;
}

/** A last IOVA included. */
export interface IovaRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** Devices that share what is mapped, whoever maps it, and what that is charged with: VMM-ATT-17. */
export abstract class Container {
  abstract readonly backend: Backend;
  readonly devices = new Set<VfioDevice>();
  /** What is mapped: the guest's memory was, and from now on nobody can take it back. */
  initialized = false;
  /** Of the first section that could not be mapped before that. */
  error: string | undefined;
  /** What can be mapped, where the kernel said so. */
  iovaRanges: readonly IovaRange[] = [];
  protected readonly context: VmmContext;
  readonly #listener: VfioListener;

  constructor(context: VmmContext) {
    this.context = context;
    this.#listener = new context.parts.VfioListener(this);
  }

  /** Of the host, bytes: the smallest that is mapped. */
  get pageSize(): number {
    return this.context.syscalls.pageSize;
  }

  /** 0, or a negative errno: VMM-CB-15. */
  abstract dmaMap(mapping: DmaMapping): Promise<number>;
  abstract dmaUnmap(range: DmaRange): Promise<number>;
  /** Does the IOMMU keep which pages devices wrote? */
  abstract get tracksDirtyPages(): boolean;
  /** 0, or a negative errno. */
  abstract setDirtyPageTracking(on: boolean): Promise<number>;
  /** A bit for each page, from the first on, and forgets them; or a negative errno. */
  abstract queryDirtyBitmap(range: DmaRange): Promise<Uint8Array | number>;
  /** How the bench is told where a device stands. */
  abstract attachmentOf(device: VfioDevice): Omit<Attachment, 'process'>;

  /** Room for a bit of each page, in words of 64; `use` is told where, and how many bytes. */
  protected async withBitmap(
    { size }: DmaRange,
    use: (address: bigint, bytes: number) => Promise<number>,
  ): Promise<Uint8Array | number> {
    const { syscalls } = this.context;
    const bytes = Math.ceil(Number(size / BigInt(this.pageSize)) / 64) * 8;
    const address = await syscalls.anonymous(BigInt(bytes));
    if (address < 0n) return Number(address);
    const result = await use(address, bytes);
    const bitmap = result < 0 ? result : await syscalls.load(address, bytes);
    await syscalls.munmap(address, BigInt(bytes));
    return bitmap;
  }

  /** Maps all that the guest has, and follows it from now on: VMM-ATT-08. Throws where something cannot be mapped. */
  async listen(): Promise<void> {
    await this.context.space.register(this.#listener);
    if (this.error !== undefined) throw new VmmError(this.error);
    this.initialized = true;
  }

  async stopListening(): Promise<void> {
    await this.context.space.unregister(this.#listener);
  }
}
