import type { Hpa } from '#formats/addresses.ts';
import { PAGE_SHIFT, PAGE_SIZE, offsetInPage, pagePieces } from '#formats/page.ts';

import type { DeviceRegion, MemoryBus } from './bus.ts';

class Frame {
  readonly bytes = new Uint8Array(Number(PAGE_SIZE));
  readonly words = new DataView(this.bytes.buffer);
}

/** Contents of a frame that nobody has written yet. */
const untouched = new Frame();
/** What a bus master reads where there is no memory. */
const hole = new Frame();
hole.bytes.fill(0xff);

interface Window {
  readonly region: DeviceRegion;
  /** Of its first byte. */
  readonly address: Hpa;
}

/**
 * RAM as a sparse set of frames of a page, and the registers of devices, which have addresses of the same kind. A frame is
 * there between provide() and withdraw(): so that DMA to memory that was given back shows, a frame that is not in use reads
 * as ones and swallows writes, as a hole in the address map does.
 */
export class PhysicalMemory implements MemoryBus {
  /** A frame that is there but was never written has no bytes of its own. */
  private readonly frames = new Map<number, Frame | undefined>();
  /** By frame: who answers there instead of RAM. */
  private readonly windows = new Map<number, Window>();
  /** Writes that went to a frame that is not there. */
  strayWrites = 0;

  /** Puts zeroed frames there; bytes, frame aligned. */
  provide(address: Hpa, length: bigint): void {
    for (const number of frameNumbers(address, length)) this.frames.set(number, undefined);
  }

  withdraw(address: Hpa, length: bigint): void {
    for (const number of frameNumbers(address, length)) this.frames.delete(number);
  }

  /** The region answers at `address`, frame aligned. */
  addWindow(address: Hpa, region: DeviceRegion): void {
    for (const number of frameNumbers(address, region.size)) {
      this.windows.set(number, { region, address });
    }
  }

  removeWindow(address: Hpa, { size }: DeviceRegion): void {
    for (const number of frameNumbers(address, size)) this.windows.delete(number);
  }

  read(address: Hpa, length: number): Uint8Array {
    const result = new Uint8Array(length);
    for (const piece of pagePieces(address, length)) {
      const window = this.windows.get(frameNumber(piece.address));
      if (window) {
        const offset = piece.address - window.address;
        result.set(window.region.read(offset, piece.length), piece.done);
        continue;
      }
      const { bytes } = this.frameToRead(frameNumber(piece.address));
      const offset = offsetInPage(piece.address);
      result.set(bytes.subarray(offset, offset + piece.length), piece.done);
    }
    return result;
  }

  write(address: Hpa, bytes: Uint8Array): void {
    for (const piece of pagePieces(address, bytes.length)) {
      const part = bytes.subarray(piece.done, piece.done + piece.length);
      const window = this.windows.get(frameNumber(piece.address));
      if (window) {
        window.region.write(piece.address - window.address, part);
        continue;
      }
      const frame = this.frameToWrite(frameNumber(piece.address));
      frame?.bytes.set(part, offsetInPage(piece.address));
    }
  }

  /** Little endian; `address` is a multiple of 8. */
  read64(address: Hpa): bigint {
    const frame = this.frameToRead(frameNumber(address));
    return frame.words.getBigUint64(offsetInPage(address), true);
  }

  /** Little endian; `address` is a multiple of 8. */
  write64(address: Hpa, value: bigint): void {
    const frame = this.frameToWrite(frameNumber(address));
    frame?.words.setBigUint64(offsetInPage(address), value, true);
  }

  private frameToRead(number: number): Frame {
    return this.frames.get(number) ?? (this.frames.has(number) ? untouched : hole);
  }

  private frameToWrite(number: number): Frame | undefined {
    const frame = this.frames.get(number);
    if (frame) return frame;
    if (!this.frames.has(number)) {
      this.strayWrites += 1;
      return undefined;
    }
    const fresh = new Frame();
    this.frames.set(number, fresh);
    return fresh;
  }
}

/** At most 52 bits. */
function frameNumber(address: Hpa): number {
  return Number(address >> PAGE_SHIFT);
}

function* frameNumbers(address: Hpa, length: bigint): Iterable<number> {
  const end = frameNumber(address + length);
  for (let number = frameNumber(address); number < end; number += 1) yield number;
}
