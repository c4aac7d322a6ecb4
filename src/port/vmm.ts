import type { Bench, DeviceId, DeviceInfo, DmaResult } from './bench.ts';
import type { Fd, Process } from './process.ts';

/** How a device comes to its memory: by its group and a container of VFIO, or by its own node and an iommufd. */
export type Backend = 'legacy' | 'iommufd';

/** Memory of a guest, from a guest physical address on. */
export interface GuestRam {
  readonly name: string;
  readonly gpa: bigint;
  /** Bytes. */
  readonly length: bigint;
  /** The guest, and so each of its devices, can but read it. */
  readonly readOnly: boolean;
  /** It is a file that others could map as well, rather than memory of the VMM alone. */
  readonly shared: boolean;
}

/** What became of a wish: `done`, or what the VMM said when it gave up. */
export type Told = 'done' | { readonly refused: string };

/** A system call that the VMM made. */
export interface SystemCall {
  /** `open`, `close`, `mmap`, or the command of an ioctl. */
  readonly name: string;
  /** The path of the file that it was about, and the number that it had; of an open that failed -1. */
  readonly file: string;
  readonly fd: Fd;
  /** Members of the struct as it was passed, or `value` for an argument that is none. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The same after the call. */
  readonly after: Readonly<Record<string, unknown>>;
  /** 0 or more, or a negative errno. */
  readonly result: number | bigint;
}

export type GuestAccess =
  | { readonly gpa: bigint; readonly length: number }
  | { readonly gpa: bigint; readonly bytes: Uint8Array };

/** A virtual machine monitor with one guest, which is running; an emulated IOMMU it has none. */
export interface Vmm {
  addRam(ram: GuestRam): Promise<Told>;
  removeRam(name: string): Promise<Told>;
  /** `object`: the name of the iommufd object, which comes into being with its first device. Legacy devices have none. */
  plugDevice(device: DeviceInfo, backend: Backend, object?: string): Promise<Told>;
  unplugDevice(device: DeviceId): Promise<Told>;
  /** As the guest's processor: undefined where the guest has nothing. */
  guestRead(gpa: bigint, length: number): Promise<Uint8Array | undefined>;
  guestWrite(gpa: bigint, bytes: Uint8Array): Promise<void>;
  /** As a device that was plugged, by guest physical addresses. */
  guestDma(device: DeviceId, access: GuestAccess): Promise<DmaResult>;
  /** From now on it keeps which pages of the guest are written, as for a migration. */
  startDirtyLog(): Promise<Told>;
  stopDirtyLog(): Promise<Told>;
  /** Pages of that RAM that were written since it was asked last, or may have been; their addresses in the guest, from below. */
  dirtyPages(ram: string): Promise<readonly bigint[]>;
  /** Ends without undoing anything: what is left is the kernel's. */
  quit(): Promise<void>;
  /** It ended, of itself or because it was told to. */
  hasEnded(): Promise<boolean>;
  /** Those that concern iommufd, VFIO and the guest's memory, since it was started. */
  calls(): Promise<readonly SystemCall[]>;
}

/** Where a VMM runs. */
export interface VmmHost {
  /** Its own, which has nothing open. */
  readonly process: Process;
  readonly bench: Bench;
  /** Bytes. */
  readonly pageSize: number;
}

export type StartVmm = (host: VmmHost) => Promise<Vmm>;
