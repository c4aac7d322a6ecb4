import { mutants } from '#mutants/mutant.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import type { IommuDomain, IommuGroup } from '#reference/kernel/iommu/domain.ts';
import type {
  ContainerDriver,
  ContainerGroup,
  ContainerIommu,
} from '#reference/kernel/vfio/container.ts';
import type { VfioDma } from '#reference/kernel/vfio/type1/dma.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_NOIOMMU_IOMMU, VFIO_UPDATE_VADDR } from '#uapi/vfio/container.ts';

/** VFIO containers, and the groups in them. */
export const entries = mutants(
  {
    id: 'SEED-0172',
    breaks: ['VFIO-CTR-11'],
    story: 'Nobody looks at what an IOMMU translates before what is mapped is mapped there.',
    like: 'vfio_iommu_type1_attach_group() without vfio_iommu_aper_conflict()',
    bug: ({ type1 }) =>
      class extends type1.IovaList {
        override cutOffBy(): [] {
          return [];
        }
      },
  },
  {
    id: 'SEED-1700',
    breaks: ['VFIO-CTR-03'],
    story: 'Noiommu mode is offered whether it is on or off.',
    like: 'vfio_noiommu_ioctl() without the test of vfio_noiommu',
    bug: ({ vfio }) =>
      class extends vfio.NoiommuDriver {
        override checkExtension(extension: bigint): number {
          return Number(extension === BigInt(VFIO_NOIOMMU_IOMMU));
        }
      },
  },
  {
    id: 'SEED-1701',
    breaks: ['VFIO-CTR-04'],
    story: 'New addresses are offered by a container that has nothing yet.',
    like: 'vfio_iommu_type1_check_extension() without the test of iommu',
    bug: ({ type1 }) =>
      class extends type1.Type1Driver {
        override checkExtension(extension: bigint): number {
          return extension === BigInt(VFIO_UPDATE_VADDR) ? 1 : super.checkExtension(extension);
        }
      },
  },
  {
    id: 'SEED-1702',
    breaks: ['VFIO-CTR-05'],
    story: 'DMA is coherent whatever the IOMMU can do.',
    like: 'vfio_domains_have_enforce_cache_coherency() that returns 1',
    bug: ({ type1 }) =>
      class extends type1.Domains {
        override get enforceCoherency(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1703',
    breaks: ['VFIO-CTR-06', 'VFIO-CTR-10'],
    story: 'A group does not say which types there are.',
    like: 'vfio_iommu_driver_allowed() that allows every driver',
    bug: ({ vfio }) =>
      class extends vfio.VfioContainer {
        protected override allowed(): readonly ContainerDriver[] {
          return this.drivers;
        }
      },
  },
  {
    id: 'SEED-1704',
    breaks: ['VFIO-CTR-07'],
    story: 'A container without groups has no type for that reason.',
    like: 'vfio_ioctl_set_iommu() without the test of the list of groups',
    bug: ({ vfio }) =>
      class extends vfio.VfioContainer {
        protected override setIommu(task: Task, type: bigint): ErrnoName | undefined {
          return this.groups.length === 0 ? 'ENODEV' : super.setIommu(task, type);
        }
      },
  },
  {
    id: 'SEED-1705',
    breaks: ['VFIO-CTR-08'],
    story: 'A second type is taken, and has no effect.',
    like: 'vfio_ioctl_set_iommu() that returns 0 where a driver is set',
    bug: ({ vfio }) =>
      class extends vfio.VfioContainer {
        protected override setIommu(task: Task, type: bigint): ErrnoName | undefined {
          return this.iommu ? undefined : super.setIommu(task, type);
        }
      },
  },
  {
    id: 'SEED-1706',
    breaks: ['VFIO-CTR-09'],
    story: 'A type that nobody has is invalid.',
    like: 'vfio_ioctl_set_iommu() that begins with EINVAL',
    bug: ({ vfio }) =>
      class extends vfio.VfioContainer {
        protected override setIommu(task: Task, type: bigint): ErrnoName | undefined {
          const error = super.setIommu(task, type);
          return error === 'ENODEV' ? 'EINVAL' : error;
        }
      },
  },
  {
    id: 'SEED-1707',
    breaks: ['VFIO-CTR-10'],
    story: 'Anybody sets a container to noiommu mode.',
    like: 'vfio_noiommu_open() without the test of CAP_SYS_RAWIO',
    bug: ({ vfio }) =>
      class extends vfio.NoiommuDriver {
        override open(type: bigint, task: Task): ContainerIommu | ErrnoName {
          return super.open(type, { ...task, capabilities: new Set(['SYS_RAWIO']) });
        }
      },
  },
  {
    id: 'SEED-1708',
    breaks: ['VFIO-CTR-11'],
    story: 'Devices that can forge interrupts are taken.',
    like: 'vfio_iommu_type1_attach_group() without iommu_group_has_isolated_msi()',
    bug: ({ type1 }) =>
      class extends type1.Domains {
        protected override isSafe(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1709',
    breaks: ['VFIO-CTR-12'],
    story: 'Before a type is set every command is unknown.',
    like: 'vfio_fops_unl_ioctl() that begins with ENOTTY',
    bug: ({ vfio }) =>
      class extends vfio.VfioContainer {
        protected override command(
          task: Task,
          request: number,
          arg: bigint,
        ): number | ErrnoName | undefined {
          const isOwn = [0x3b64, 0x3b65, 0x3b66].includes(request);
          return this.iommu || isOwn ? super.command(task, request, arg) : 'ENOTTY';
        }
      },
  },
  {
    id: 'SEED-1710',
    breaks: ['VFIO-CTR-13'],
    story: 'An unknown command is invalid.',
    like: 'vfio_iommu_type1_ioctl() that ends with EINVAL',
    bug: ({ type1 }) =>
      class extends type1.Type1Commands {
        override ioctl(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
          const result = super.ioctl(task, request, arg);
          return result === 'ENOTTY' ? 'EINVAL' : result;
        }
      },
  },
  {
    id: 'SEED-1711',
    breaks: ['VFIO-CTR-14'],
    story: 'A container keeps its type without groups.',
    like: 'vfio_group_detach_container() without release()',
    bug: ({ vfio }) =>
      class extends vfio.VfioContainer {
        override detachGroup(group: ContainerGroup): void {
          const { iommu } = this;
          super.detachGroup(group);
          this.iommu = iommu;
        }
      },
  },
  {
    id: 'SEED-1712',
    breaks: ['VFIO-CTR-15', 'VFIO-GRP-15'],
    story: 'An open device does not keep its group open.',
    like: 'vfio_group_use_container() without get_file()',
    bug: ({ vfio }) =>
      class extends vfio.VfioGroup {
        protected override holdFile(): undefined {}
      },
  },
  {
    id: 'SEED-1713',
    breaks: ['VFIO-CTR-16'],
    story: 'A new page table begins empty.',
    like: 'vfio_iommu_type1_attach_group() without vfio_iommu_replay()',
    bug: ({ type1 }) =>
      class extends type1.Domains {
        protected override replay(): undefined {}
      },
  },
  {
    id: 'SEED-1714',
    breaks: ['VFIO-CTR-16'],
    story: 'A second page table charges for what is mapped.',
    like: 'vfio_iommu_replay() that pins also what is pinned',
    bug: ({ type1 }) =>
      class extends type1.Domains {
        protected override replay(domain: IommuDomain): ErrnoName | undefined {
          const error = super.replay(domain);
          for (const dma of this.dmas.all()) dma.memory.lockedVm += dma.size / 4096n;
          return error;
        }
      },
  },
  {
    id: 'SEED-1715',
    breaks: ['VFIO-CTR-17'],
    story: 'A group joins while addresses are invalid.',
    like: 'vfio_iommu_type1_attach_group() without the test of vaddr_invalid_count',
    bug: ({ type1 }) =>
      class extends type1.Type1Iommu {
        override attachGroup(group: IommuGroup, isEmulated: boolean): ErrnoName | undefined {
          const count = this.vaddrInvalidCount;
          this.vaddrInvalidCount = 0;
          const error = super.attachGroup(group, isEmulated);
          this.vaddrInvalidCount = count;
          return error;
        }
      },
  },
  {
    id: 'SEED-1716',
    breaks: ['VFIO-CTR-18'],
    story: 'A container without an IOMMU has commands that are invalid.',
    like: 'vfio_noiommu_ioctl() that ends with EINVAL',
    bug: ({ vfio }) =>
      class extends vfio.NoiommuDriver {
        override open(type: bigint, task: Task): ContainerIommu | ErrnoName {
          const iommu = super.open(type, task);
          if (typeof iommu === 'string') return iommu;
          const ioctl: ContainerIommu['ioctl'] = (...call) => {
            const result = iommu.ioctl(...call);
            return result === 'ENOTTY' ? 'EINVAL' : result;
          };
          return { attachGroup: () => undefined, detachGroup() {}, release() {}, ioctl };
        }
      },
  },
  {
    id: 'SEED-2101',
    breaks: ['VFIO-CTR-16'],
    story: 'What is unmapped stays in the page tables of all IOMMUs but the first.',
    like: 'vfio_unmap_unpin() without its loop over the other domains',
    bug: ({ type1 }) =>
      class extends type1.Pinning {
        override unmapAndUnpin(dma: VfioDma, domains: Iterable<IommuDomain>): void {
          super.unmapAndUnpin(dma, [...domains].slice(0, 1));
        }
      },
  },
);
