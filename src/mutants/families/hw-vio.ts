import { MAP_READ, MAP_WRITE, RequestType } from '#formats/virtio/iommu-request.ts';
import type { RequestFields } from '#formats/virtio/iommu-request.ts';
import { type Mutant, mutants } from '#mutants/mutant.ts';
import type { DmaRequest } from '#reference/hardware/bus.ts';
import { untranslated } from '#reference/hardware/translation.ts';
import type { Translation } from '#reference/hardware/translation.ts';
import type { VirtioIommuConfiguration } from '#reference/hardware/virtio-iommu/configuration.ts';
import type {
  AnyDomain,
  IommuDomain,
  PagingOptions,
  ReservedRegion,
} from '#reference/kernel/iommu/domain.ts';
import type { VirtioDomainOptions } from '#reference/kernel/iommu/virtio/virtio-domain.ts';
import type { VirtioEndpoint } from '#reference/kernel/iommu/virtio/virtio-iommu.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';

type Fields = Required<RequestFields>;

const PAGE = 0x1000n;

/** A page table is made for a device that has told something else. */
function believing(
  seen: (told: VirtioIommuConfiguration) => VirtioIommuConfiguration,
): Mutant['bug'] {
  return ({ virtio }) =>
    class extends virtio.VirtioDomain {
      constructor(options: VirtioDomainOptions) {
        super({ ...options, configuration: seen(options.configuration) });
      }
    };
}

/** The driver makes something else of the regions that an endpoint has. */
function keeping(
  kept: (regions: readonly ReservedRegion[], properties: Uint8Array) => readonly ReservedRegion[],
): Mutant['bug'] {
  return ({ virtio }) =>
    class extends virtio.VirtioIommuDriver {
      protected override reservedIn(properties: Uint8Array): readonly ReservedRegion[] {
        return kept(super.reservedIn(properties), properties);
      }
    };
}

/** A virtio-iommu: what the device does with requests, and the driver with the device. */
export const entries = mutants(
  {
    id: 'SEED-1250',
    breaks: ['HW-VIO-02'],
    story: 'The input range ends before the page that its end is in.',
    like: 'an aperture_end that was rounded down',
    bug: believing((told) => {
      const { start, end } = told.inputRange;
      return { ...told, inputRange: { start, end: end - PAGE } };
    }),
  },
  {
    id: 'SEED-1251',
    breaks: ['HW-VIO-03', 'HW-VIO-31'],
    story: 'A mapping ends a page before its last byte.',
    like: 'virt_end taken for the first address behind the mapping, in pages',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override map(values: Fields) {
          const { virtualStart, virtualEnd } = values;
          const isLong = virtualEnd - virtualStart >= PAGE;
          return super.map(isLong ? { ...values, virtualEnd: virtualEnd - PAGE } : values);
        }
      },
  },
  {
    id: 'SEED-1252',
    breaks: ['HW-VIO-04', 'HW-VIO-16'],
    story: 'Whatever the device refuses an attach with is EINVAL.',
    like: 'viommu_attach_dev() that returns -EINVAL for any status but 0',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        override attach(endpoint: VirtioEndpoint, domain: AnyDomain): ErrnoName | undefined {
          return super.attach(endpoint, domain) && 'EINVAL';
        }
      },
  },
  {
    id: 'SEED-1253',
    breaks: ['HW-VIO-08'],
    story: 'Pages of a device that are smaller than those of memory are left out.',
    like: 'pgsize_bitmap &= PAGE_MASK',
    bug: believing((told) => ({ ...told, pageSizeMask: told.pageSizeMask & ~(PAGE - 1n) })),
  },
  {
    id: 'SEED-1254',
    breaks: ['HW-VIO-09'],
    story: 'The input range begins at 0, whatever the device says.',
    like: 'aperture_start left out',
    bug: believing((told) => ({ ...told, inputRange: { ...told.inputRange, start: 0n } })),
  },
  {
    id: 'SEED-1255',
    breaks: ['HW-VIO-10'],
    story: 'Domains get ids that the device does not have.',
    like: 'ida_alloc_min() in place of ida_alloc_range()',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        constructor(options: ConstructorParameters<typeof virtio.VirtioIommuDriver>[0]) {
          const { configuration } = options.device;
          const domainRange = { ...configuration.domainRange, end: 0xffff_ffff };
          const told = { ...configuration, domainRange };
          const device = Object.create(options.device, {
            configuration: { value: told },
          }) as typeof options.device;
          super({ ...options, device });
        }
      },
  },
  {
    id: 'SEED-1257',
    breaks: ['HW-VIO-15'],
    story: 'The mappings of a page table that nobody was attached to are not requested again.',
    like: 'viommu_attach_dev() without viommu_replay_mappings()',
    bug: ({ virtio }) =>
      class extends virtio.VirtioDomain {
        override replay(): void {}
      },
  },
  {
    id: 'SEED-1258',
    breaks: ['HW-VIO-12', 'HW-VIO-15'],
    story: 'An endpoint that is attached elsewhere stays in its old domain as well.',
    like: 'an emulation that detaches at DETACH alone',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override leave(): void {}
      },
  },
  {
    id: 'SEED-1259',
    breaks: ['HW-VIO-16'],
    story: 'What is unmapped of a page table with two devices is not requested.',
    like: 'a test of nr_endpoints for 1',
    bug: ({ virtio }) =>
      class extends virtio.VirtioDomain {
        override unmap(iova: bigint, length: bigint): void {
          const { endpoints } = this;
          if (endpoints > 1) this.endpoints = 0;
          super.unmap(iova, length);
          this.endpoints = endpoints;
        }
      },
  },
  {
    id: 'SEED-1260',
    breaks: ['HW-VIO-17'],
    story: 'A device that could not move counts for its old page table again.',
    like: 'viommu_attach_dev() that counts down when the request was granted',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        override attach(endpoint: VirtioEndpoint, domain: AnyDomain): ErrnoName | undefined {
          const old = endpoint.domain;
          const error = super.attach(endpoint, domain);
          if (!error || !old) return error;
          old.endpoints += 1;
          endpoint.domain = old;
          return error;
        }
      },
  },
  {
    id: 'SEED-1261',
    breaks: ['HW-VIO-18'],
    story: 'Of the ids of a device one is attached.',
    like: 'viommu_attach_dev() with fwspec->ids[0]',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        override probe(ids: readonly [number, ...number[]]): VirtioEndpoint {
          return super.probe([ids[0]]);
        }
      },
  },
  {
    id: 'SEED-1262',
    breaks: ['HW-VIO-20'],
    story: 'A device that is detached stays where it was.',
    like: 'a blocking domain whose attach does nothing',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        override block(endpoint: VirtioEndpoint): void {
          if (endpoint.domain) endpoint.domain.endpoints -= 1;
          endpoint.domain = undefined;
        }
      },
  },
  {
    id: 'SEED-1263',
    breaks: ['HW-VIO-21'],
    story: 'A device that is detached has no domain at all, and is let through.',
    like: 'a blocked domain whose attach sends DETACH',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        override block(endpoint: VirtioEndpoint): void {
          const { domain } = endpoint;
          if (!domain) return super.block(endpoint);
          domain.endpoints -= 1;
          endpoint.domain = undefined;
          for (const id of endpoint.ids)
            this.queue.send(RequestType.Detach, { domain: domain.id, endpoint: id });
        }
      },
  },
  {
    id: 'SEED-1264',
    breaks: ['HW-VIO-22'],
    story: 'What no mapping leads to goes through where bypass is set.',
    like: 'an emulation that falls back to the field after the look into the domain',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        override translate(request: DmaRequest): Translation | undefined {
          const found = super.translate(request);
          return found ?? (this.configuration.bypass ? untranslated(request.iova) : undefined);
        }
      },
  },
  {
    id: 'SEED-1265',
    breaks: ['HW-VIO-31'],
    story: 'What may be written may be read.',
    like: 'hardware without write-only mappings, in a device that has them',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override map(values: Fields) {
          const flags = values.flags & MAP_WRITE ? values.flags | MAP_READ : values.flags;
          return super.map({ ...values, flags });
        }
      },
  },
  {
    id: 'SEED-1266',
    breaks: ['HW-VIO-32'],
    story: 'The range of an unmap ends a page early, which cuts a mapping.',
    like: 'virt_end taken for the first address behind the range, in pages',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override unmap(values: Fields) {
          return super.unmap({ ...values, virtualEnd: values.virtualEnd - PAGE });
        }
      },
  },
  {
    id: 'SEED-1267',
    breaks: ['HW-VIO-32', 'HW-VIO-35'],
    story: 'An unmap of a part of a mapping takes it whole.',
    like: 'iopt_unmap_iova_range() that widens the range to the areas that it meets',
    bug: ({ iommufd }) =>
      class extends iommufd.IoPagetable {
        override unmap(first: bigint, last: bigint) {
          const cut = super.unmap(first, last);
          return cut.error === 'ENOENT' ? super.unmap(first, last + 2n * PAGE) : cut;
        }
      },
  },
  {
    id: 'SEED-1268',
    breaks: ['HW-VIO-36'],
    story: 'A map that the device refuses fails.',
    like: 'viommu_iotlb_sync_map() that looks at the status of each request',
    bug: ({ virtio }) => {
      let refused = 0;
      class Queue extends virtio.RequestQueue {
        private isSending = false;

        override add(type: number, fields: RequestFields): void {
          if (type !== RequestType.Map || this.isSending) return super.add(type, fields);
          this.isSending = true;
          if (isErrno(this.send(type, fields))) refused += 1;
          this.isSending = false;
        }
      }
      class Domain extends virtio.VirtioDomain {
        override map(...call: Parameters<IommuDomain['map']>): ErrnoName | undefined {
          const before = refused;
          const error = super.map(...call);
          return refused > before ? 'ENOMEM' : error;
        }
      }
      return [Queue, Domain];
    },
  },
  {
    id: 'SEED-1269',
    breaks: ['HW-VIO-37'],
    story: 'A map is requested with the next request of another type.',
    like: 'viommu_map_pages() without iotlb_sync_map()',
    bug: ({ virtio }) =>
      class extends virtio.RequestQueue {
        private held: RequestFields[] = [];

        override add(type: number, fields: RequestFields): void {
          if (type === RequestType.Map) {
            this.held.push(fields);
            return;
          }
          const { held } = this;
          this.held = [];
          for (const each of held) super.add(RequestType.Map, each);
          super.add(type, fields);
        }
      },
  },
  {
    id: 'SEED-1270',
    breaks: ['HW-VIO-39'],
    story: 'A property that is not known ends the list.',
    like: 'viommu_probe_endpoint() with a break in its default case',
    bug: keeping((regions, [first]) =>
      first === 1 ? regions : regions.filter(({ type }) => type === 'sw-msi'),
    ),
  },
  {
    id: 'SEED-1271',
    breaks: ['HW-VIO-40'],
    story: 'Of several regions the first one is kept.',
    like: 'a pointer to a region in struct viommu_endpoint in place of a list',
    bug: keeping((regions) => {
      const [first] = regions.filter(({ type }) => type === 'reserved');
      return regions.filter((region) => region.type !== 'reserved' || region === first);
    }),
  },
  {
    id: 'SEED-1273',
    breaks: ['HW-VIO-41'],
    story: 'The kernel keeps a window for interrupts also where the device has one.',
    like: 'viommu_get_resv_regions() that does not look for IOMMU_RESV_MSI',
    bug: keeping((regions) => [
      ...regions.filter(({ type }) => type !== 'sw-msi'),
      { first: 0x800_0000n, last: 0x80f_ffffn, type: 'sw-msi' },
    ]),
  },
  {
    id: 'SEED-1274',
    breaks: ['HW-VIO-41'],
    story: 'The kernel keeps no window for interrupts where the device has none.',
    like: 'viommu_get_resv_regions() with the regions of the endpoint alone',
    bug: keeping((regions) => regions.filter(({ type }) => type !== 'sw-msi')),
  },
  {
    id: 'SEED-1275',
    breaks: ['HW-VIO-43'],
    story: 'Reserved memory is let through, as if it were for interrupts.',
    like: 'an emulation that does not look at the subtype',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        override translate(request: DmaRequest): Translation | undefined {
          const { iova } = request;
          const isIn = this.model.reserved.some(
            ({ first, last, isInterrupt }) => !isInterrupt && first <= iova && iova <= last,
          );
          return isIn ? untranslated(iova) : super.translate(request);
        }
      },
  },
  {
    id: 'SEED-1276',
    breaks: ['HW-VIO-47'],
    story: 'A page table can have a fault queue, which nothing ever comes to.',
    like: 'a domain_alloc_paging_flags() that lets every flag of the core pass',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          return super.allocPagingDomain({ ...options, faultQueue: false });
        }
      },
  },
  {
    id: 'SEED-1277',
    breaks: ['HW-VIO-49'],
    story: 'A driver without flags makes page tables for PASIDs as any other.',
    like: 'domain_alloc_paging() called with flags that the driver never sees',
    bug: ({ virtio }) =>
      class extends virtio.VirtioIommuDriver {
        override allocPagingDomain(options: PagingOptions): IommuDomain | ErrnoName {
          return super.allocPagingDomain({ ...options, pasid: false });
        }
      },
  },
  {
    id: 'SEED-1278',
    breaks: ['HW-VIO-37', 'HW-VIO-32', 'IOAS-UNMAP-17'],
    story: 'A virtio-iommu is told of no unmap at all.',
    like: 'viommu_unmap_pages() that updates the tree of the driver alone',
    bug: ({ virtio }) =>
      class extends virtio.RequestQueue {
        override add(type: number, fields: RequestFields): void {
          if (type !== RequestType.Unmap) super.add(type, fields);
        }
      },
  },
);
