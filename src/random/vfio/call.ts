import type { Command, PlainCommand } from '#uapi/ioctl.ts';

/** What a random call of VFIO is made of: plain data, so that it can be shrunk, repeated on two machines and printed. */

export const devices = ['nic', 'disk'] as const;
export type DeviceName = (typeof devices)[number];

/** What may have a file, one at a time: a program that has two of a kind is one of two programs. */
export const slots = [
  ...(['container', 'iommufd', 'line', 'nic', 'disk'] as const),
  ...(['group of nic', 'group of disk'] as const),
] as const;
export type Slot = (typeof slots)[number];

/** A number, a file, or memory: bytes from the start of "ram". */
export type Operand = bigint | { readonly file: Slot } | { readonly ram: bigint };

export interface VfioIoctl {
  readonly kind: 'ioctl';
  readonly on: Slot;
  readonly command: Command;
  readonly fields: Readonly<Record<string, Operand>>;
  /** What is compared of the struct after it: what is left out says how a machine is made. */
  readonly tells: readonly string[];
  /** Fds that follow the struct. */
  readonly fds?: readonly (Slot | 'none')[];
}

export type VfioCall =
  | VfioIoctl
  | { readonly kind: 'open'; readonly slot: Slot }
  | { readonly kind: 'close'; readonly slot: Slot }
  | {
      readonly kind: 'plain ioctl';
      readonly on: Slot;
      readonly command: PlainCommand;
      /** A number, or whose fd or name the argument points to. */
      readonly argument: number | { readonly file: Slot } | { readonly name: DeviceName };
      /** What its result is a file of. */
      readonly makes?: DeviceName;
    }
  | {
      readonly kind: 'read registers' | 'write registers';
      readonly device: DeviceName;
      readonly region: number;
      readonly offset: number;
      readonly width: number;
      readonly value: number;
    }
  /** How often the eventfd was signalled since the last time. */
  | { readonly kind: 'signals' }
  /** Does the device see what was mapped there, or once was? `nth` counts the pages that maps began and ended with. */
  | { readonly kind: 'look'; readonly device: DeviceName; readonly nth: number };

export function groupOf(device: DeviceName): Slot {
  return `group of ${device}`;
}
