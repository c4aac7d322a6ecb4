import type { DeviceRegion } from '../bus.ts';
import type { Bar } from './bars.ts';

/** What a function may have beside its BAR 0. */
export interface PciResources {
  /** 256 bytes of memory in BAR 1. */
  readonly smallBar: boolean;
  /** 32 ports in BAR 2. */
  readonly ioBar: boolean;
  /** An expansion ROM with an image. */
  readonly rom: boolean;
}

const SMALL_SIZE = 256;
const PORTS = 32;
/** That of a virtio device: its common structure is the begin of it. */
const COMMON_SIZE = 0x4000;

/** PCI 3.0, 6.3.1: the ROM is twice as large as the image in it. */
export const ROM_SIZE = 4096;
const IMAGE_SIZE = 2048;
const SIGNATURE = [0x55, 0xaa];
const DATA_POINTER = 0x18;
const DATA_AT = 0x40;
/** 6.3.1.2: `PCIR`, the length of the image in units of 512 bytes, and that no image follows. */
const DATA_SIGNATURE = [0x50, 0x43, 0x49, 0x52];
const [IMAGE_LENGTH, LAST_IMAGE] = [0x10, 0x15];

/** Registers that hold what is written to them, until the function is reset. */
export class PlainRegisters implements DeviceRegion {
  readonly size: bigint;
  private readonly bytes: Uint8Array;

  constructor(size: number) {
    this.size = BigInt(size);
    this.bytes = new Uint8Array(size);
  }

  read(offset: bigint, length: number): Uint8Array {
    return this.bytes.slice(Number(offset), Number(offset) + length);
  }

  write(offset: bigint, bytes: Uint8Array): void {
    this.bytes.set(bytes, Number(offset));
  }

  reset(): void {
    this.bytes.fill(0);
  }
}

/** A function that can be reset alone has what a virtio device has, in a BAR of 64 bits. */
export function furtherBars(
  { smallBar, ioBar }: PciResources,
  functionLevelReset: boolean,
): readonly (Bar & { readonly registers: PlainRegisters })[] {
  const bar = (index: number, kind: Bar['kind'], size: number) => ({
    index,
    kind,
    registers: new PlainRegisters(size),
  });
  return [
    ...(smallBar ? [bar(1, 'memory', SMALL_SIZE)] : []),
    ...(ioBar ? [bar(2, 'ports', PORTS)] : []),
    ...(functionLevelReset ? [bar(4, 'memory of 64 bits', COMMON_SIZE)] : []),
  ];
}

/** What is behind the image reads zeros. */
export function romImage(): DeviceRegion {
  const bytes = new Uint8Array(ROM_SIZE);
  bytes.set(SIGNATURE);
  bytes[DATA_POINTER] = DATA_AT;
  bytes.set(DATA_SIGNATURE, DATA_AT);
  bytes[DATA_AT + IMAGE_LENGTH] = IMAGE_SIZE / 512;
  bytes[DATA_AT + LAST_IMAGE] = 0x80;
  return {
    size: BigInt(ROM_SIZE),
    read: (offset, length) => bytes.slice(Number(offset), Number(offset) + length),
    write: () => undefined,
  };
}
