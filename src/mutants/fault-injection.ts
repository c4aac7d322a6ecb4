import type { FaultAttribute } from '#reference/kernel/mm/fault-injection.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { IoptArea } from '#reference/kernel/iommufd/area.ts';
import type { AttachStep } from '#reference/kernel/iommufd/device.ts';
import type { HwPagetable } from '#reference/kernel/iommufd/hw-pagetable.ts';
import type { MapRequest, Unmapped } from '#reference/kernel/iommufd/io-pagetable.ts';
import type { IommufdObject } from '#reference/kernel/iommufd/object.ts';
import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { iommu_hwpt_alloc } from '#uapi/iommufd/hwpt.ts';

import type { AutomaticCall } from './device-calls.ts';
import { mutants } from './mutant.ts';

type AllocCommand = UserCommand<typeof iommu_hwpt_alloc>;

/** Error paths: features/iommufd/fault-injection*.feature. */
export const faultInjection = mutants(
  {
    id: 'SEED-500',
    breaks: ['IOAS-MAP-41'],
    story: 'A map that the second page table has no memory for stays in the first.',
    like: 'an error path that unpins, and leaves the entries',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override fillArea(area: IoptArea): ErrnoName | undefined {
          if (this.domains.size === 0) return undefined;
          const error = this.pinArea(area);
          if (error) return error;
          for (const domain of this.domains) {
            const mapError = area.pages.mapDomain(area, domain, this.largePages);
            if (!mapError) continue;
            this.unpinArea(area);
            return mapError;
          }
          return undefined;
        }
      },
    }),
  },
  {
    id: 'SEED-501',
    breaks: ['IOAS-MAP-41'],
    story: 'Of a copy whose second piece finds no memory the first one keeps its IOVAs.',
    like: 'a loop that returns in the middle',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        protected override insertAreas(request: MapRequest, iova: bigint): IoptArea[] | ErrnoName {
          const areas: IoptArea[] = [];
          let next = iova;
          for (const slice of request.slices) {
            const error =
              this.kernel.faults.kmalloc() ?? this.checkSlice(slice, request.protection);
            if (error) return error;
            areas.push(this.insertArea(next, slice, request.protection));
            next += slice.length;
          }
          return areas;
        }
      },
    }),
  },
  {
    id: 'SEED-502',
    breaks: ['PIN-15', 'IOAS-MAP-41'],
    story: 'Pages that cannot be charged stay pinned.',
    like: 'a goto to the label after the unpin',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override pin(first: number, last: number): ErrnoName | undefined {
          const fresh: number[] = [];
          const error = this.pinMissing(first, last, fresh);
          if (error) {
            this.drop(fresh);
            return error;
          }
          const refused = this.charge(fresh.length);
          for (let index = first; index <= last; index++) this.use(index, 1);
          return refused;
        }
      },
    }),
  },
  {
    id: 'SEED-503',
    breaks: ['IOAS-UNMAP-21'],
    story: 'An unmap takes its buffer for frames from the heap and has none in reserve.',
    like: 'a temporary array without a backup on the stack',
    parts: ({ IoPagetable }) => ({
      IoPagetable: class extends IoPagetable {
        override unmap(first: bigint, last: bigint): Unmapped {
          const error = this.kernel.faults.kmalloc();
          return error ? { bytes: 0n, error } : super.unmap(first, last);
        }
      },
    }),
  },
  {
    id: 'SEED-504',
    breaks: ['DEV-49'],
    story: 'A device that could not be moved counts twice as a user of the page table it has.',
    like: 'a reference that is taken before the driver is asked',
    parts: ({ IommufdDevice: Device }) => ({
      IommufdDevice: class extends Device {
        protected override replaceBy(hwpt: HwPagetable, pasid?: number): ErrnoName | undefined {
          const error = super.replaceBy(hwpt, pasid);
          const { hwpt: old } = this;
          if (error && old) old.users++;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-505',
    breaks: ['DEV-49'],
    story: 'A device whose new page table cannot be filled keeps a user of it.',
    like: 'an attach that is undone without the counter',
    parts: ({ IommufdDevice: Device }) => ({
      IommufdDevice: class extends Device {
        protected override detachFrom(hwpt: HwPagetable, pasid?: number): void {
          super.detachFrom(hwpt, pasid);
          if (hwpt.automatic && !hwpt.paging.ioas.hwpts.has(hwpt.paging)) hwpt.paging.ioas.users++;
        }
      },
    }),
  },
  {
    id: 'SEED-506',
    breaks: ['DEV-25'],
    story: 'Whatever goes wrong with an automatic page table, a new one is tried.',
    like: 'a loop over page tables that goes on after any error',
    parts: ({ IommufdDevice: Device }) => ({
      IommufdDevice: class extends Device {
        protected override changeToAutomatic(...call: AutomaticCall): HwPagetable | ErrnoName {
          const [ioas, step, undo] = call;
          const patient: AttachStep = (hwpt) => {
            const error = step(hwpt);
            return error && ioas.hwpts.has(hwpt.paging) ? 'EINVAL' : error;
          };
          return super.changeToAutomatic(ioas, patient, undo);
        }
      },
    }),
  },
  {
    id: 'SEED-507',
    breaks: ['OBJ-33'],
    story: 'An object that cannot be made keeps its id.',
    like: 'an error path without iommufd_object_abort()',
    parts: ({ Iommufd }) => ({
      Iommufd: class extends Iommufd {
        override create<T extends IommufdObject>(
          make: (id: number) => T | ErrnoName,
          respond?: (object: T) => ErrnoName | undefined,
        ): T | ErrnoName {
          return super.create((id) => {
            const object = make(id);
            if (object === 'ENOMEM') this.objects.reserve();
            return object;
          }, respond);
        }
      },
    }),
  },
  {
    id: 'SEED-508',
    breaks: ['MOCK-32'],
    story: 'The filter for tasks is looked at only where a probability is below a hundred.',
    like: 'conditions of should_fail() in another order',
    parts: ({ FaultInjection }) => ({
      FaultInjection: class extends FaultInjection {
        protected override check(attribute: FaultAttribute, size: number): boolean {
          const { taskFilter } = attribute;
          attribute.taskFilter &&= attribute.probability < 100n;
          const result = super.check(attribute, size);
          attribute.taskFilter = taskFilter;
          return result;
        }
      },
    }),
  },
  {
    id: 'SEED-509',
    breaks: ['OBJ-33', 'HWPT-13'],
    story:
      'A nested page table that is not finished, as its fault queue is gone, still uses its parent.',
    like: 'a rollback that frees the domain and nothing else',
    parts: ({ HwptCommands }) => ({
      HwptCommands: class extends HwptCommands {
        protected override finish(command: AllocCommand, hwpt: HwPagetable): ErrnoName | undefined {
          const error = super.finish(command, hwpt);
          if (error && hwpt.paging !== hwpt) hwpt.paging.users++;
          return error;
        }
      },
    }),
  },
  {
    id: 'SEED-510',
    breaks: ['IOAS-MAP-41'],
    story:
      'A map whose later pages do not follow each other stays in the page table up to where it failed.',
    like: 'an unmap of the range that was to be mapped, from where the loop stood',
    parts: ({ IoptPages }) => ({
      IoptPages: class extends IoptPages {
        override mapDomain(
          area: IoptArea,
          domain: IommuDomain,
          largePages: boolean,
        ): ErrnoName | undefined {
          let error: ErrnoName | undefined;
          for (const { iova, physical, length } of this.runs(area)) {
            error =
              this.kernel.faults.allocPages(0) ??
              domain.map(iova, physical, length, area.protection, largePages ? undefined : 4096n);
            if (error) break;
          }
          return error;
        }
      },
    }),
  },
);
