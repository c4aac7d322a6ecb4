import { mutants } from '#mutants/mutant.ts';
import type {
  DeviceMapping,
  FileOperations,
  MapDeviceRequest,
  Transfer,
} from '#reference/kernel/fs/file.ts';
import type { PlacedBar } from '#reference/kernel/vfio/hardware.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { O_RDWR } from '#uapi/mman.ts';

const O_ACCMODE = 3;

/** Regions of a device by read and write. */
export const entries = mutants(
  {
    id: 'SEED-1872',
    breaks: ['VFIO-RW-01'],
    story: 'A BAR that the device lacks reads nothing, without an error.',
    like: 'vfio_pci_bar_rw() that takes a size of 0 for the end',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override read(transfer: Transfer, offset: bigint): number {
          const index = Number(offset >> 40n);
          return index < 6 && !this.barAt(index) ? 0 : super.read(transfer, offset);
        }
      },
  },
  {
    id: 'SEED-1873',
    breaks: ['VFIO-RW-01'],
    story: 'A region behind the last one is the first one again.',
    like: 'VFIO_PCI_OFFSET_TO_INDEX() without a check of its range',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override barAt(index: number): PlacedBar | undefined {
          return super.barAt(index > 8 ? 0 : index);
        }

        override read(transfer: Transfer, offset: bigint): number {
          const isBehind = offset >> 40n > 8n;
          return super.read(transfer, isBehind ? BigInt.asUintN(40, offset) : offset);
        }
      },
  },
  {
    id: 'SEED-1874',
    breaks: ['VFIO-RW-02'],
    story: 'An access across the end of a BAR fails.',
    like: 'vfio_pci_bar_rw() without the min() of its count',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override read(transfer: Transfer, offset: bigint): number {
          const end = BigInt.asUintN(40, offset) + BigInt(transfer.length);
          const bar = this.barAt(Number(offset >> 40n));
          return bar && end > bar.window.size ? -22 : super.read(transfer, offset);
        }
      },
  },
  {
    id: 'SEED-1875',
    breaks: ['VFIO-RW-02'],
    story: 'An access from the end of a BAR on moves nothing, without an error.',
    like: 'pos > end in place of pos >= end',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override write(transfer: Transfer, offset: bigint): number {
          const bar = this.barAt(Number(offset >> 40n));
          const isAtEnd = bar?.window.size === BigInt.asUintN(40, offset);
          return isAtEnd ? 0 : super.write(transfer, offset);
        }
      },
  },
  {
    id: 'SEED-1876',
    breaks: ['VFIO-RW-03'],
    story: 'A device reads the same place at each read().',
    like: 'vfio_pci_bar_rw() without *ppos += done',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        protected override advance(result: number): number {
          return result;
        }
      },
  },
  {
    id: 'SEED-1877',
    breaks: ['VFIO-RW-03'],
    story: 'A pread() moves the position of the file.',
    like: 'a position that pread() shares with read()',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        override pread(transfer: Transfer, offset: bigint): number {
          const result = super.pread(transfer, offset);
          if (offset !== this.position) this.position = offset + BigInt(Math.max(0, result));
          return result;
        }
      },
  },
  {
    id: 'SEED-1878',
    breaks: ['VFIO-RW-05'],
    story: 'A BAR is read by accesses of 4 bytes at most.',
    like: 'vfio_pci_core_do_io_rw() without VFIO_IORDWR(64)',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override load(
          transfer: Transfer,
          bar: PlacedBar,
          at: bigint,
        ): ErrnoName | undefined {
          if (transfer.length < 8) return super.load(transfer, bar, at);
          const half = { ...transfer, length: 4 };
          const rest = { ...half, address: transfer.address + 4n };
          return super.load(half, bar, at) ?? super.load(rest, bar, at + 4n);
        }
      },
  },
  {
    id: 'SEED-1879',
    breaks: ['VFIO-RW-05'],
    story: 'A BAR is written by single bytes where the caller’s buffer is not aligned.',
    like: 'alignment of the buffer in place of that of the offset',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override store(
          transfer: Transfer,
          bar: PlacedBar,
          at: bigint,
        ): ErrnoName | undefined {
          const isAligned = transfer.address % BigInt(transfer.length) === 0n;
          return isAligned ? super.store(transfer, bar, at) : undefined;
        }
      },
  },
  {
    id: 'SEED-1890',
    breaks: ['VFIO-RW-07'],
    story: 'A device that does not answer is told before the buffer of a write is looked at.',
    like: 'vfio_pci_core_iowrite32() before copy_from_user()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override store(
          transfer: Transfer,
          bar: PlacedBar,
          at: bigint,
        ): ErrnoName | undefined {
          return this.answers(bar) ? super.store(transfer, bar, at) : 'EIO';
        }
      },
  },
  {
    id: 'SEED-1891',
    breaks: ['VFIO-RW-07'],
    story: 'A read into memory that is not there fails before anything is moved.',
    like: 'access_ok() and fault_in_writeable() of all of the buffer',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override read(transfer: Transfer, offset: bigint): number {
          const { task, address, length } = transfer;
          const known = task.memory.copyFromUser(address, length);
          return typeof known === 'string' ? -14 : super.read(transfer, offset);
        }
      },
  },
  {
    id: 'SEED-1892',
    breaks: ['VFIO-RW-09'],
    story: 'A device that does not answer is not ready.',
    like: 'a poll operation of vfio_device_fops',
    bug: ({ vfio }) =>
      class extends vfio.DeviceCdev {
        poll(): number {
          return 0;
        }
      },
  },
  {
    id: 'SEED-1893',
    breaks: ['VFIO-RW-10', 'VFIO-RGN-01'],
    story: 'Each device has a VGA region, which is empty.',
    like: 'VFIO_PCI_VGA_REGION_INDEX without a look at has_vga',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override read(transfer: Transfer, offset: bigint): number {
          return offset >> 40n === 8n ? 0 : super.read(transfer, offset);
        }
      },
  },
  {
    id: 'SEED-1907',
    breaks: ['VFIO-RW-06'],
    story: 'A write to the ROM returns its full count.',
    like: 'vfio_pci_rw() without a look at iswrite',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override write(transfer: Transfer, offset: bigint): number {
          return offset >> 40n === 6n ? transfer.length : super.write(transfer, offset);
        }
      },
  },
  {
    id: 'SEED-1908',
    breaks: ['VFIO-RW-06'],
    story: 'The ROM is told to be absent while memory decoding is off.',
    like: 'VFIO_PCI_ROM_REGION_INDEX without vfio_pci_memory_lock_and_enable()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciConfig {
        override withMemory<T>(body: () => T): T {
          return body();
        }
      },
  },
  {
    id: 'SEED-1909',
    breaks: ['VFIO-RW-08', 'VFIO-CFG-16'],
    story: 'Ports are refused while memory decoding is off.',
    like: 'test_mem for every BAR',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override answers(): boolean {
          return this.config.isMemoryEnabled;
        }
      },
  },
  {
    id: 'SEED-1910',
    breaks: ['VFIO-RW-08'],
    story: 'Ports answer while I/O decoding is off.',
    like: 'a device model without a look at its command register',
    bug: ({ pci }) =>
      class extends pci.BarWindows {
        protected override answers(
          ...[bar, address]: Parameters<InstanceType<typeof pci.BarWindows>['answers']>
        ): boolean {
          return bar.kind === 'ports' || super.answers(bar, address);
        }
      },
  },
  {
    id: 'SEED-2118',
    breaks: ['VFIO-RW-11'],
    story: 'A file descriptor of a device can be read and written, however it was opened.',
    like: 'vfs_write() without FMODE_WRITE',
    bug: ({ fs }) =>
      class extends fs.OpenFile {
        constructor(operations: FileOperations, flags: number) {
          super(operations, (flags & ~O_ACCMODE) | O_RDWR);
        }
      },
  },
  {
    id: 'SEED-2119',
    breaks: ['VFIO-RW-11'],
    story: 'A file descriptor that cannot be written is mapped to be read.',
    like: 'vfio_pci_core_mmap() with a look at VM_MAYSHARE in place of VM_SHARED',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override map(request: MapDeviceRequest): DeviceMapping | ErrnoName {
          return super.map({ ...request, shared: true });
        }
      },
  },
  {
    id: 'SEED-2123',
    breaks: ['VFIO-RW-11'],
    story: 'Whoever may read a file may map it to be written.',
    like: 'do_mmap() without a look at FMODE_WRITE',
    bug: ({ machine }) =>
      class extends machine.Syscalls {
        protected override mayMap(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-2125',
    breaks: ['VFIO-RW-04'],
    story: 'The table of MSI-X is read as it is.',
    like: 'vfio_pci_core_do_io_rw() without x_start',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override load(
          transfer: Transfer,
          bar: PlacedBar,
          at: bigint,
        ): ErrnoName | undefined {
          return transfer.task.memory.copyToUser(
            transfer.address,
            bar.window.read(at, transfer.length),
          );
        }
      },
  },
  {
    id: 'SEED-2126',
    breaks: ['VFIO-RW-04'],
    story: 'The table of MSI-X is written.',
    like: 'vfio_pci_core_do_io_rw() that fills reads only',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override store(
          transfer: Transfer,
          bar: PlacedBar,
          at: bigint,
        ): ErrnoName | undefined {
          const bytes = transfer.task.memory.copyFromUser(transfer.address, transfer.length);
          if (typeof bytes !== 'string') bar.window.write(at, bytes);
          return undefined;
        }
      },
  },
  {
    id: 'SEED-2127',
    breaks: ['VFIO-RW-04'],
    story: 'All of the page of the table of MSI-X reads ones.',
    like: 'x_end that is rounded up to a page',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override hostPart(index: number): { first: bigint; end: bigint } {
          const { first, end } = super.hostPart(index);
          return { first, end: end === 0n ? end : end + 0x2000n };
        }
      },
  },
);
