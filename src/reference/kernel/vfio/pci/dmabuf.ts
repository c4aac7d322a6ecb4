import type { ErrnoName } from '#uapi/errno.ts';
import { vfio_device_feature_dma_buf, vfio_region_dma_range } from '#uapi/vfio/feature.ts';
import type { FileOperations } from '../../fs/file.ts';
import { isErrno } from '../../lib/errno.ts';
import type { Dmabuf, DmabufRange } from '../../mm/dmabuf.ts';
import { PAGE_SIZE } from '../../mm/user-memory.ts';
import type { FeatureCall } from '../check-feature.ts';
import type { VfioParts } from '../parts.ts';
import type { Task } from '../../fs/process.ts';
import type { PlacedBar, VfioHardware } from '../hardware.ts';

/** vfio_pci_dmabuf.c: the dma-bufs that a device has made of its BARs. */
export class VfioPciDmabufs {
  protected readonly parts: VfioParts;
  protected readonly device: VfioHardware;
  protected readonly exported = new Set<Dmabuf>();

  protected readonly isMemoryEnabled: () => boolean;

  constructor(parts: VfioParts, device: VfioHardware, isMemoryEnabled: () => boolean) {
    this.parts = parts;
    this.device = device;
    this.isMemoryEnabled = isMemoryEnabled;
  }

  /**
   * vfio_pci_core_feature_dma_buf(): the fd of a new dma-buf, or EINVAL, EFAULT, ENODEV for what is no BAR of the device,
   * EMFILE. IOAS-FILE-18 19 VFIO-DBUF-01 02 06 07
   */
  export({ task, address }: FeatureCall): number | ErrnoName {
    const { size } = vfio_device_feature_dma_buf;
    const head = task.memory.copyFromUser(address, size);
    if (isErrno(head)) return head;
    const {
      region_index,
      open_flags,
      flags: reserved,
      nr_ranges,
    } = vfio_device_feature_dma_buf.unpack(head);
    if (nr_ranges === 0 || reserved !== 0) return 'EINVAL';
    const bar = this.device.bars.find(({ index }) => index === region_index);
    if (!bar) return 'ENODEV';
    const list = { address: address + BigInt(size), count: nr_ranges };
    const ranges = this.rangesFrom(task, bar, list);
    return isErrno(ranges) ? ranges : this.install(task, ranges, open_flags);
  }

  /** vfio_pci_dma_buf_move(): what stands already as it should is left alone. IOAS-FILE-21 22 VFIO-DBUF-08 09 */
  move(revoked: boolean): void {
    for (const dmabuf of this.exported) {
      if (dmabuf.revoked !== revoked) dmabuf.setRevoked(revoked);
    }
  }

  /** vfio_pci_dma_buf_cleanup() IOAS-FILE-30 VFIO-DBUF-11 */
  cleanUp(): void {
    this.move(true);
    this.exported.clear();
  }

  /**
   * validate_dmabuf_input(), vfio_pci_core_fill_phys_vec(): whole pages inside the BAR, and at least one each.
   * VFIO-DBUF-03 04
   */
  protected rangesFrom(
    task: Task,
    bar: PlacedBar,
    { address, count }: { readonly address: bigint; readonly count: number },
  ): DmabufRange[] | ErrnoName {
    const { size } = vfio_region_dma_range;
    const bytes = task.memory.copyFromUser(address, count * size);
    if (isErrno(bytes)) return bytes;
    const ranges = Array.from({ length: count }, (_, index) =>
      vfio_region_dma_range.unpack(bytes.subarray(index * size)),
    );
    const fits = ranges.every(
      ({ offset, length }) =>
        length > 0n &&
        offset % PAGE_SIZE === 0n &&
        length % PAGE_SIZE === 0n &&
        offset + length <= bar.window.size,
    );
    if (!fits || bar.kind === 'ports') return 'EINVAL';
    return ranges.map(({ offset, length }) => ({ physical: bar.address + offset, size: length }));
  }

  protected install(task: Task, ranges: readonly DmabufRange[], flags: number): number | ErrnoName {
    const fd = task.files.reserve(task.limits.nofile);
    if (isErrno(fd)) return fd;
    const dmabuf = new this.parts.mm.Dmabuf(...ranges);
    dmabuf.revoked = !this.isMemoryEnabled();
    this.exported.add(dmabuf);
    const file: FileOperations = {
      dmabuf,
      // dma_buf_mmap_internal(), without an operation of the exporter's own. VFIO-DBUF-05
      mapDevice: () => 'EINVAL',
      release: () => this.exported.delete(dmabuf),
    };
    task.files.install(fd, new this.parts.fs.OpenFile(file, flags));
    return fd;
  }
}
