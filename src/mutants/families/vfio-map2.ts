import { mutants } from '#mutants/mutant.ts';
import type { Bar } from '#reference/hardware/pci/bars.ts';
import type { DeviceMapping, MapDeviceRequest } from '#reference/kernel/fs/file.ts';
import type { Pfn, UserMemory, UserMmap } from '#reference/kernel/mm/user-memory.ts';
import type { PlacedBar } from '#reference/kernel/vfio/hardware.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Mappings of BARs. */
export const entries = mutants(
  {
    id: 'SEED-1880',
    breaks: ['VFIO-MAP2-01'],
    story: 'A store through a mapping of a BAR does not reach the device.',
    like: 'a mapping of a copy of the registers',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override mapped(bar: PlacedBar): DeviceMapping['region'] {
          return { ...super.mapped(bar), write: () => undefined };
        }
      },
  },
  {
    id: 'SEED-1881',
    breaks: ['VFIO-MAP2-02', 'VFIO-RGN-04'],
    story: 'A BAR can be mapped private.',
    like: 'vfio_pci_core_mmap() without VM_SHARED',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override map(request: MapDeviceRequest): DeviceMapping | ErrnoName {
          return super.map({ ...request, shared: true });
        }
      },
  },
  {
    id: 'SEED-1882',
    breaks: ['VFIO-MAP2-02', 'VFIO-RGN-04'],
    story: 'A mapping may leave the BAR at its end.',
    like: 'req_start > phys_len in place of req_start + req_len > phys_len',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override map(request: MapDeviceRequest): DeviceMapping | ErrnoName {
          return super.map({ ...request, length: 4096n });
        }
      },
  },
  {
    id: 'SEED-1883',
    breaks: ['VFIO-MAP2-02'],
    story: 'The last page of a BAR cannot be mapped.',
    like: 'req_start + req_len >= phys_len',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override map(request: MapDeviceRequest): DeviceMapping | ErrnoName {
          return super.map({ ...request, length: request.length + 1n });
        }
      },
  },
  {
    id: 'SEED-1884',
    breaks: ['VFIO-MAP2-03'],
    story: 'A mapping of a region that the device lacks leads to the first one.',
    like: 'vfio_pci_core_mmap() without a check of its index',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        override map(request: MapDeviceRequest): DeviceMapping | ErrnoName {
          const index = Number(request.offset >> 40n);
          const offset = this.barAt(index) ? request.offset : BigInt.asUintN(40, request.offset);
          return super.map({ ...request, offset });
        }
      },
  },
  {
    id: 'SEED-1885',
    breaks: ['VFIO-MAP2-04'],
    story: 'What is mapped to be read can be written.',
    like: 'vm_page_prot of a mapping without a look at its rights',
    bug: ({ mm }) =>
      class extends mm.AddressSpace {
        override mmap(asked: UserMmap): bigint | ErrnoName {
          return super.mmap(asked.device ? { ...asked, protection: 3 } : asked);
        }
      },
  },
  {
    id: 'SEED-1886',
    breaks: ['VFIO-MAP2-07'],
    story: 'A child does not get the mappings of devices.',
    like: 'VM_DONTCOPY on a mapping of a BAR',
    bug: ({ mm }) =>
      class extends mm.AddressSpace {
        override fork(): UserMemory {
          const child = super.fork();
          for (const { device, start, end } of this.vmas.all())
            if (device) child.munmap(start, end - start);
          return child;
        }
      },
  },
  {
    id: 'SEED-1887',
    breaks: ['VFIO-MAP2-08'],
    story: 'A mapping of a BAR is pinned as memory is.',
    like: 'pin_user_pages() that does not look at VM_PFNMAP',
    bug: ({ mm }) =>
      class extends mm.AddressSpace {
        protected override pinPage(address: bigint, write: boolean): Pfn | undefined {
          const found = super.pinPage(address, write);
          if (found !== undefined || !this.vmas.find(address)?.device) return found;
          const folio = this.pages.allocate(0);
          if (folio) this.pages.pin(folio.pfn);
          return folio?.pfn;
        }
      },
  },
  {
    id: 'SEED-1888',
    breaks: ['VFIO-MAP2-06'],
    story: 'The kernel reads a mapping of a BAR also while the device does not answer.',
    like: 'copy_from_user() of a mapping that was not taken away',
    bug: ({ mm }) =>
      class extends mm.AddressSpace {
        override copyFromUser(address: bigint, length: number): Uint8Array | 'EFAULT' {
          const found = super.copyFromUser(address, length);
          const isDevice = this.vmas.find(address)?.device !== undefined;
          return isDevice && typeof found === 'string' ? new Uint8Array(length) : found;
        }
      },
  },
  {
    id: 'SEED-1911',
    breaks: ['VFIO-MAP2-09'],
    story: 'A BAR that is smaller than a page cannot be mapped.',
    like: 'vfio_pci_probe_mmaps() without its dummy resource',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override isMappable(bar: PlacedBar): boolean {
          return bar.window.size >= 4096n && super.isMappable(bar);
        }
      },
  },
  {
    id: 'SEED-1912',
    breaks: ['VFIO-MAP2-03'],
    story: 'Ports can be mapped.',
    like: 'vfio_pci_probe_mmaps() without IORESOURCE_MEM',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciRegions {
        protected override isMappable(bar: PlacedBar): boolean {
          return bar.kind === 'ports' || super.isMappable(bar);
        }
      },
  },
  {
    id: 'SEED-2120',
    breaks: ['VFIO-MAP2-10'],
    story: 'Registers that another device did not find are lost to it for good.',
    like: 'a bridge that remembers an unsupported request',
    bug: ({ pci }) =>
      class extends pci.BarWindows {
        private isLost = false;

        protected override answers(bar: Bar, address: bigint): boolean {
          this.isLost ||= !super.answers(bar, address);
          return !this.isLost;
        }
      },
  },
);
