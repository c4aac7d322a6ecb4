import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_IOEVENTFD,
  VFIO_DEVICE_IOEVENTFD_16,
  VFIO_DEVICE_IOEVENTFD_32,
  VFIO_DEVICE_IOEVENTFD_64,
  VFIO_DEVICE_IOEVENTFD_8,
} from '#uapi/vfio/device.ts';

import { eventfdOf } from '../../fs/eventfd.ts';
import type { Eventfd } from '../../fs/eventfd.ts';
import type { Task } from '../../fs/process.ts';
import { isErrno } from '../../lib/errno.ts';
import { loadArgument } from '../../mm/argument.ts';
import type { PlacedBar, VfioHardware } from '../hardware.ts';
import type { VfioParts } from '../parts.ts';
import type { HostPart } from './msix-table.ts';
import { placeOf } from './rdwr.ts';

/** VFIO_PCI_IOEVENTFD_MAX, for each device. */
const MOST = 1000;

/** Each flag is as many bytes. */
const SIZES = [
  VFIO_DEVICE_IOEVENTFD_8,
  VFIO_DEVICE_IOEVENTFD_16,
  VFIO_DEVICE_IOEVENTFD_32,
  VFIO_DEVICE_IOEVENTFD_64,
];

/** A write that an eventfd stands for. */
interface IoWrite {
  readonly bar: PlacedBar;
  /** Bytes into the BAR. */
  readonly at: bigint;
  readonly data: bigint;
  /** Bytes. */
  readonly size: number;
}

export interface IoeventfdOptions {
  readonly device: VfioHardware;
  readonly isMemoryEnabled: () => boolean;
  readonly table: HostPart | undefined;
}

/** vfio_pci_rdwr.c: the ioeventfds of a device: what is signalled to them is written to a BAR. */
export class VfioPciIoeventfds {
  protected readonly parts: VfioParts;
  protected readonly device: VfioHardware;
  protected readonly isMemoryEnabled: () => boolean;
  /** Its table of MSI-X. */
  protected readonly table: HostPart | undefined;
  /** What ends each of them, by what it writes. */
  private readonly entries = new Map<string, () => void>();

  constructor(parts: VfioParts, { device, isMemoryEnabled, table }: IoeventfdOptions) {
    this.parts = parts;
    this.device = device;
    this.isMemoryEnabled = isMemoryEnabled;
    this.table = table;
  }

  /** vfio_pci_ioctl_ioeventfd() VFIO-IOE-01 02 */
  set(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_IOEVENTFD);
    if (isErrno(argument)) return argument;
    const { flags, offset, data, fd } = argument.fields;
    if (!SIZES.includes(flags) || fd < -1) return 'EINVAL';
    const write = this.writeAt(offset, data, flags);
    return isErrno(write) ? write : this.change(task, write, fd);
  }

  /** vfio_pci_core_disable() VFIO-IOE-10 VFIO-LIFE-10 */
  close(): void {
    for (const end of this.entries.values()) end();
    this.entries.clear();
  }

  /** vfio_pci_ioeventfd(): EINVAL for what is not inside of a BAR. VFIO-IOE-03 */
  protected writeAt(offset: bigint, data: bigint, size: number): IoWrite | ErrnoName {
    const { index, inside } = placeOf(offset);
    const bar = this.device.bars.find((each) => each.index === index);
    if (!bar) return 'EINVAL';
    if (inside + BigInt(size) > bar.window.size) return 'EINVAL';
    const write = { bar, at: inside, data, size };
    return this.meetsTable(write) ? 'EINVAL' : write;
  }

  /** It would be a way around what a user may do with it. VFIO-IOE-04 */
  protected meetsTable({ bar, at, size }: IoWrite): boolean {
    const { table } = this;
    return table?.index === bar.index && at < table.end && at + BigInt(size) > table.first;
  }

  /** VFIO-IOE-05 06 */
  protected change(task: Task, write: IoWrite, fd: number): ErrnoName | undefined {
    const key = this.keyOf(write);
    const end = this.entries.get(key);
    if (end && fd >= 0) return 'EEXIST';
    if (end) {
      end();
      this.entries.delete(key);
      return undefined;
    }
    if (fd < 0) return 'ENODEV';
    if (this.isFull) return 'ENOSPC';
    const eventfd = eventfdOf(task.files, fd);
    if (isErrno(eventfd)) return eventfd;
    this.entries.set(key, this.enable(eventfd, write));
    return undefined;
  }

  protected get isFull(): boolean {
    return this.entries.size >= MOST;
  }

  protected keyOf({ bar, at, data, size }: IoWrite): string {
    return `${bar.index} ${at} ${data} ${size}`;
  }

  /** What ends it. VFIO-IOE-07 09 */
  protected enable(eventfd: Eventfd, write: IoWrite): () => void {
    const virqfd = new this.parts.vfio.Virqfd();
    virqfd.enable(eventfd, () => this.perform(write));
    return () => virqfd.disable();
  }

  /** vfio_pci_ioeventfd_do_write(): lost while the device does not answer. VFIO-IOE-08 */
  protected perform({ bar, at, data, size }: IoWrite): void {
    if (bar.kind !== 'ports' && !this.isMemoryEnabled()) return;
    const bytes = new Uint8Array(BigUint64Array.of(data).buffer);
    bar.window.write(at, bytes.subarray(0, size));
  }
}
