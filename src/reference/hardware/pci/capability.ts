import { RegisterFile } from './register-file.ts';

/** Bytes of the head of a capability: its id, and where the next one is. */
export const CAPABILITY_HEAD = 2;

/**
 * PCI 3.0, 6.7: a capability of a function. The configuration space has its head, which says what it is and where the next one
 * is. Offsets count from the head, which is not among them; accesses are of 1, 2 or 4 bytes, and naturally aligned.
 */
export interface Capability {
  readonly id: number;
  /** Bytes, with the head. */
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** What a reset of the function does to it. */
  reset(): void;
}

/** One whose registers hold what they are written, as far as they can be; what a write sets off is for `written()`. */
export abstract class RegisterCapability implements Capability {
  abstract readonly id: number;
  readonly size: number;
  protected readonly registers: RegisterFile;

  constructor(size: number) {
    this.size = size;
    this.registers = new RegisterFile(size);
  }

  read(offset: number, length: number): Uint8Array {
    return this.registers.read(offset, length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.registers.write(offset, bytes);
    this.written(offset, bytes.length);
  }

  reset(): void {
    this.registers.reset();
  }

  /** So many bytes from `offset` on were written. */
  protected written(_offset: number, _length: number): void {}
}
