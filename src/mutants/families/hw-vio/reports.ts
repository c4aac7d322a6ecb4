import { RequestType, Status } from '#formats/virtio/iommu-request.ts';
import type { RequestFields } from '#formats/virtio/iommu-request.ts';
import { FaultReason } from '#formats/virtio/iommu-fault.ts';
import { mutants } from '#mutants/mutant.ts';
import type { DmaRequest } from '#reference/hardware/bus.ts';
import type { Translation } from '#reference/hardware/translation.ts';
import type { IommuDomain } from '#reference/kernel/iommu/domain.ts';
import type { ErrnoName } from '#uapi/errno.ts';

type Fields = Required<RequestFields>;

/** A virtio-iommu: what it tells of endpoints and of faults, and what comes back with a domain. */
export const entries = mutants(
  {
    id: 'SEED-1571',
    breaks: ['HW-VIO-38', 'HW-VIO-42'],
    story: 'A PROBE with too little room tells what there is room for.',
    like: 'properties that are written one after the other',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override probe(values: Fields, room: number): Uint8Array {
          const answer = super.probe(values, room);
          const properties = this.properties().subarray(0, room - 4);
          if (answer[room - 4] === Status.Invalid) answer.set(properties);
          return answer;
        }
      },
  },
  {
    id: 'SEED-1572',
    breaks: ['HW-VIO-42'],
    story: 'The last byte of the room for properties is not used.',
    like: 'a < in place of a <=',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override probe(values: Fields, room: number): Uint8Array {
          const answer = super.probe(values, room);
          if (this.properties().length < room - 4) return answer;
          return new Uint8Array(room).fill(Status.Invalid, room - 4, room - 3);
        }
      },
  },
  {
    id: 'SEED-1574',
    breaks: ['HW-VIO-44'],
    story: 'A fault does not tell what the access was.',
    like: 'virtio_iommu_report_fault() with the flag ADDRESS alone',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.DeviceQueue {
        override say(bytes: Uint8Array): void {
          super.say(bytes.with(4, 0));
        }
      },
  },
  {
    id: 'SEED-1575',
    breaks: ['HW-VIO-45'],
    story: 'A record is cut to what its buffer holds.',
    like: 'iov_from_buf() without a look at what it returns',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.DeviceQueue {
        override say(bytes: Uint8Array): void {
          for (let length = bytes.length; length > 0; length -= 1)
            if (this.says(bytes.subarray(0, length))) return;
        }

        private says(bytes: Uint8Array): boolean {
          const before = this.done;
          super.say(bytes);
          return this.done !== before;
        }
      },
  },
  {
    id: 'SEED-1576',
    breaks: ['HW-VIO-45'],
    story: 'A fault uses all buffers that there are.',
    like: 'a loop around virtqueue_pop()',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.DeviceQueue {
        override say(bytes: Uint8Array): void {
          for (let before = -1; before !== this.done; super.say(bytes)) before = this.done;
        }
      },
  },
  {
    id: 'SEED-1577',
    breaks: ['HW-VIO-46'],
    story: 'Whatever is refused, its endpoint has no domain.',
    like: 'VIRTIO_IOMMU_FAULT_R_DOMAIN for every fault',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override refuse(request: DmaRequest): undefined {
          return super.refuse(request, FaultReason.Domain);
        }
      },
  },
  {
    id: 'SEED-1578',
    breaks: ['HW-VIO-22'],
    story: 'A domain that translates nothing does so only while the field bypass is 1.',
    like: 'a flag that is ANDed with the field',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        override translate(request: DmaRequest): Translation | undefined {
          const isBypass = this.domainOf.get(request.rid)?.isBypass;
          return isBypass && !this.configuration.bypass ? undefined : super.translate(request);
        }
      },
  },
  {
    id: 'SEED-1579',
    breaks: ['HW-VIO-35'],
    story: 'What the device has unmapped comes back with its domain.',
    like: 'viommu_unmap_pages() without viommu_del_mappings()',
    bug: ({ virtio }) =>
      class extends virtio.VirtioDomain {
        private readonly kept: Parameters<IommuDomain['map']>[] = [];

        override map(...call: Parameters<IommuDomain['map']>): ErrnoName | undefined {
          this.kept.push(call);
          return super.map(...call);
        }

        override replay(): void {
          super.replay();
          for (const [first, physical, length] of this.kept)
            this.queue.add(RequestType.Map, {
              domain: this.id,
              virtualStart: first,
              virtualEnd: first + length - 1n,
              physicalStart: physical,
              flags: 3,
            });
          this.queue.sync();
        }
      },
  },
);
