import { mutants } from '#mutants/mutant.ts';
import type { InterruptMessage } from '#reference/hardware/interrupt-controller.ts';
import type { MemoryBus } from '#reference/hardware/bus.ts';
import type { IommuDomain, IommuGroup } from '#reference/kernel/iommu/domain.ts';
import type { AttachHandle } from '#reference/kernel/iommu/io-pgfault.ts';
import type { IommufdGroup } from '#reference/kernel/iommufd/group.ts';
import type { HwPagetable, HwptPaging } from '#reference/kernel/iommufd/hw-pagetable.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Interrupts by message, whose address an SMMUv3 translates. */
export const entries = mutants(
  {
    id: 'SEED-2502',
    breaks: ['HW-SMU-43', 'DEV-43'],
    story: 'A device that moves to another page table leaves its doorbells behind.',
    like: 'iommufd_group_do_replace_reserved_iova() without iommufd_group_setup_msi()',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        private isMoving = false;

        override replace(tableId: number, pasid?: number): number | ErrnoName {
          this.isMoving = true;
          const result = super.replace(tableId, pasid);
          this.isMoving = false;
          return result;
        }

        protected override installDoorbells(hwpt: HwPagetable): ErrnoName | undefined {
          return this.isMoving ? undefined : super.installDoorbells(hwpt);
        }
      },
  },
  {
    id: 'SEED-2503',
    breaks: ['HW-SMU-43', 'DEV-43'],
    story: 'A device that comes back to a page table finds no doorbells there.',
    like: 'iommufd_device_attach_reserved_iova() without iommufd_group_setup_msi()',
    bug: ({ iommufd }) =>
      class extends iommufd.IommufdDevice {
        protected override prepareFor(hwpt: HwPagetable): ErrnoName | undefined {
          return super.prepareFor(hwpt, false);
        }
      },
  },
  {
    id: 'SEED-2504',
    breaks: ['HW-SMU-43', 'DEV-43'],
    story: 'Each time that messages are asked for, the doorbell gets another IOVA.',
    like: 'iommufd_sw_msi_get_map() that does not look for the page',
    bug: ({ iommufd }) =>
      class extends iommufd.SwMsi {
        private asked = 0n;

        override prepare(
          group: IommufdGroup,
          hwpt: HwptPaging,
          doorbell: bigint,
        ): bigint | ErrnoName {
          const iova = super.prepare(group, hwpt, doorbell);
          if (isErrno(iova) || this.asked === 0n) {
            this.asked += 1n;
            return iova;
          }
          const other = iova + 0x1000n * this.asked++;
          hwpt.domain.map(other, doorbell, 0x1000n, { read: true, write: true });
          return other;
        }
      },
  },
  {
    id: 'SEED-2505',
    breaks: ['HW-SMU-43'],
    story:
      'The device is told where the doorbell is in memory, and not by which IOVA it reaches it.',
    like: 'a message that msi_msg_set_addr() does not change',
    bug: ({ iommufd }) =>
      class extends iommufd.SwMsi {
        override prepare(
          group: IommufdGroup,
          hwpt: HwptPaging,
          doorbell: bigint,
        ): bigint | ErrnoName {
          const iova = super.prepare(group, hwpt, doorbell);
          return isErrno(iova) ? iova : doorbell;
        }
      },
  },
  {
    id: 'SEED-2506',
    breaks: ['HW-SMU-43'],
    story: 'What a device writes to the doorbell rings before the SMMU has looked at it.',
    like: 'a board whose interrupts pass by its IOMMU',
    bug: ({ pci }) =>
      class extends pci.PciDevice {
        protected override send(message: InterruptMessage): void {
          const isDoorbell = message.address >> 20n === 0x80n && this.isBusMaster;
          if (!isDoorbell) return super.send(message);
          const memory: MemoryBus = Reflect.get(this, 'memory');
          const bytes = new Uint8Array(Uint32Array.of(message.data).buffer);
          memory.write(0x809_0000n + (message.address % 0x1000n), bytes);
        }
      },
  },
  {
    id: 'SEED-2507',
    breaks: ['HW-SMU-44'],
    story: 'A device that is attached to nothing gets messages that go nowhere.',
    like: 'iommu_dma_prepare_msi() that returns 0 for a domain that blocks',
    bug: ({ iommu }) =>
      class<Device> extends iommu.Group<Device> {
        override prepareMsi(address: bigint): bigint | ErrnoName {
          const iova = super.prepareMsi(address);
          return isErrno(iova) ? address : iova;
        }
      },
  },
  {
    id: 'SEED-2508',
    breaks: ['HW-SMU-44'],
    story: 'Who was refused messages once is refused them for good.',
    like: 'its_irq_domain_alloc() that keeps the event of a message that has no address',
    bug: ({ vfioPci }) => {
      const refused = new WeakSet<object>();
      return class extends vfioPci.PciMessages {
        protected override newMessage(count: number): InterruptMessage | undefined {
          const message = refused.has(this.group) ? undefined : super.newMessage(count);
          if (!message) refused.add(this.group);
          return message;
        }
      };
    },
  },
  {
    id: 'SEED-2509',
    breaks: ['HW-SMU-43'],
    story: 'A container with type1 gives its devices no doorbells.',
    like: 'vfio_iommu_type1_attach_group() without iommu_get_msi_cookie()',
    bug: ({ type1 }) =>
      class extends type1.Domains {
        protected override handleOf(_group: IommuGroup, domain: IommuDomain): AttachHandle {
          return { domain };
        }
      },
  },
);
