import { RequestType, Status } from '#formats/virtio/iommu-request.ts';
import type { Request, RequestFields } from '#formats/virtio/iommu-request.ts';
import { type Mutant, mutants } from '#mutants/mutant.ts';

type Fields = Required<RequestFields>;

const PAGE = 0x1000n;

/** A request is answered without a look at it. */
function answering(
  early: (bytes: Uint8Array, room: number) => Uint8Array | undefined,
): Mutant['bug'] {
  return ({ virtioIommu }) =>
    class extends virtioIommu.VirtioIommu {
      protected override answer(bytes: Uint8Array, room: number): Uint8Array {
        return early(bytes, room) ?? super.answer(bytes, room);
      }
    };
}

/** The device takes a request for another one, or knows its status at once. */
function taking(change: (request: Request) => Request | Status): Mutant['bug'] {
  return ({ virtioIommu }) =>
    class extends virtioIommu.VirtioIommu {
      protected override carryOut(request: Request): Status {
        const changed = change(request);
        return typeof changed === 'number' ? changed : super.carryOut(changed);
      }
    };
}

function isOf(type: number, request: Request): boolean {
  return request.type === type;
}

/** A virtio-iommu: what the device answers to requests that are wrong. */
export const entries = mutants(
  {
    id: 'SEED-1550',
    breaks: ['HW-VIO-05'],
    story: 'What is missing of a request is taken for 0.',
    like: 'an emulation that reads a request without a look at its length',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override answer(bytes: Uint8Array, room: number): Uint8Array {
          const padded = new Uint8Array(Math.max(bytes.length, 72));
          padded.set(bytes);
          return super.answer(padded, room);
        }
      },
  },
  {
    id: 'SEED-1551',
    breaks: ['HW-VIO-06'],
    story: 'A request of an unknown type is answered UNSUPP.',
    like: 'the default case of virtio_iommu_handle_command()',
    bug: answering(([type = 0]) =>
      type > RequestType.Probe ? Uint8Array.of(Status.Unsupported, 0, 0, 0) : undefined,
    ),
  },
  {
    id: 'SEED-1552',
    breaks: ['HW-VIO-07'],
    story: 'What is reserved in the head of a request has to be 0.',
    like: 'a type of 32 bits',
    bug: answering(([, ...rest]) =>
      rest.slice(0, 3).some((byte) => byte !== 0)
        ? Uint8Array.of(Status.Invalid, 0, 0, 0)
        : undefined,
    ),
  },
  {
    id: 'SEED-1553',
    breaks: ['HW-VIO-11'],
    story: 'A reset of the device puts the field bypass back.',
    like: 'virtio_iommu_reset() that calls what a reset of the system calls',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        override reset(): void {
          super.reset();
          this.configuration = this.model.configuration;
        }
      },
  },
  {
    id: 'SEED-1554',
    breaks: ['HW-VIO-48'],
    story: 'Domains outlive a reset of the device.',
    like: 'virtio_iommu_reset() that resets the queues alone',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        override reset(): void {
          this.requestQueue.disable();
          this.eventQueue.disable();
        }
      },
  },
  {
    id: 'SEED-1555',
    breaks: ['HW-VIO-13', 'HW-VIO-19', 'HW-VIO-38'],
    story: 'Any number is an endpoint.',
    like: 'virtio_iommu_get_endpoint() that makes one where none is known',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override isEndpoint(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1556',
    breaks: ['HW-VIO-13'],
    story: 'Flags of an ATTACH that are unknown are ignored.',
    like: 'a test of flags & BYPASS alone',
    bug: taking((request) => {
      const { values } = request;
      if (!isOf(RequestType.Attach, request)) return request;
      return { ...request, values: { ...values, flags: values.flags & 1 } };
    }),
  },
  {
    id: 'SEED-1557',
    breaks: ['HW-VIO-13'],
    story: 'What is reserved in an ATTACH is not looked at.',
    like: 'virtio_iommu_attach() of QEMU',
    bug: taking((request) =>
      isOf(RequestType.Attach, request) ? { ...request, isClean: true } : request,
    ),
  },
  {
    id: 'SEED-1558',
    breaks: ['HW-VIO-14'],
    story: 'A domain that is there takes an endpoint whatever the flag BYPASS says.',
    like: 'a flag that counts for the first endpoint alone',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override attach(values: Fields): Status {
          const known = this.domains.get(values.domain);
          return super.attach(known ? { ...values, flags: Number(known.isBypass) } : values);
        }
      },
  },
  {
    id: 'SEED-1559',
    breaks: ['HW-VIO-14'],
    story:
      'An endpoint leaves its domain before its ATTACH is looked at, and may make the same one anew.',
    like: 'virtio_iommu_attach() of QEMU',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override attach(values: Fields): Status {
          if (this.isEndpoint(values.endpoint) && values.flags <= 1) this.leave(values.endpoint);
          return super.attach(values);
        }
      },
  },
  {
    id: 'SEED-1560',
    breaks: ['HW-VIO-19'],
    story: 'A DETACH takes the endpoint from whatever domain it is in.',
    like: 'virtio_iommu_detach() without a look at ep->domain->id',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override detach(values: Fields): Status {
          const { id: domain } = this.domainOf.get(values.endpoint) ?? { id: values.domain };
          return super.detach({ ...values, domain });
        }
      },
  },
  {
    id: 'SEED-1561',
    breaks: ['HW-VIO-19'],
    story: 'What is reserved in a DETACH has to be 0.',
    like: 'the rule of ATTACH, in DETACH as well',
    bug: taking((request) =>
      isOf(RequestType.Detach, request) && !request.isClean ? Status.Invalid : request,
    ),
  },
  {
    id: 'SEED-1562',
    breaks: ['HW-VIO-23'],
    story: 'A domain that translates nothing takes mappings.',
    like: 'virtio_iommu_map() before domains had a flag bypass',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override map(values: Fields): Status {
          return this.domains.get(values.domain)?.isBypass ? Status.Ok : super.map(values);
        }
      },
  },
  {
    id: 'SEED-1563',
    breaks: ['HW-VIO-25'],
    story: 'A MAP may begin and end anywhere.',
    like: 'virtio_iommu_map() of QEMU',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override isAligned(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-1564',
    breaks: ['HW-VIO-26'],
    story: 'A MAP of the range of a mapping replaces it.',
    like: 'g_tree_replace() in place of a look for the interval',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override map(values: Fields): Status {
          const { virtualStart, virtualEnd } = values;
          const { mappings } = this.domains.get(values.domain) ?? {};
          const same = mappings?.at(virtualStart);
          if (same?.first === virtualStart && same.last === virtualEnd)
            mappings?.remove(virtualStart, virtualEnd);
          return super.map(values);
        }
      },
  },
  {
    id: 'SEED-1565',
    breaks: ['HW-VIO-26'],
    story: 'Only the first byte of a MAP is looked up among the mappings.',
    like: 'a look for the interval that holds virt_start',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.Mappings {
        override overlaps(first: bigint): boolean {
          return super.overlaps(first, first);
        }
      },
  },
  {
    id: 'SEED-1566',
    breaks: ['HW-VIO-28'],
    story: 'A MAP in a domain that is not there is done.',
    like: 'a domain that is made by whatever names it first',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override map(values: Fields): Status {
          return this.domains.has(values.domain) ? super.map(values) : Status.Ok;
        }
      },
  },
  {
    id: 'SEED-1567',
    breaks: ['HW-VIO-29'],
    story: 'A MAP may share bytes with reserved memory.',
    like: 'virtio_iommu_map() of QEMU',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override map(values: Fields): Status {
          const status = super.map(values);
          const { virtualStart, virtualEnd } = values;
          return this.touchesReserved(virtualStart, virtualEnd) ? Status.Ok : status;
        }
      },
  },
  {
    id: 'SEED-1568',
    breaks: ['HW-VIO-30'],
    story: 'A MAP that ends before it begins maps the page before its begin.',
    like: 'a range that is put the right way round',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override map(values: Fields): Status {
          const { virtualStart, virtualEnd } = values;
          const isTurned = virtualEnd < virtualStart;
          return super.map(isTurned ? { ...values, virtualStart: virtualEnd + 1n - PAGE } : values);
        }
      },
  },
  {
    id: 'SEED-1569',
    breaks: ['HW-VIO-33'],
    story: 'An UNMAP has removed what it met before the mapping that it would cut.',
    like: 'virtio_iommu_unmap() of QEMU',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.Mappings {
        override remove(first: bigint, last: bigint): boolean {
          const isDone = super.remove(first, last);
          if (isDone) return true;
          for (const each of [...this.all])
            if (first <= each.first && each.last <= last) super.remove(each.first, each.last);
          return false;
        }
      },
  },
  {
    id: 'SEED-1570',
    breaks: ['HW-VIO-34'],
    story: 'An UNMAP in a domain that is not there is done.',
    like: 'nothing to do taken for success',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override unmap(values: Fields): Status {
          return this.domains.has(values.domain) ? super.unmap(values) : Status.Ok;
        }
      },
  },
  {
    id: 'SEED-1573',
    breaks: ['HW-VIO-38'],
    story: 'A PROBE whose reserved bytes are not 0 is refused.',
    like: 'the rule of ATTACH, in PROBE as well',
    bug: answering(([type, ...rest], room) =>
      type === RequestType.Probe && rest.slice(7).some((byte) => byte !== 0)
        ? new Uint8Array(room).fill(Status.Invalid, room - 4, room - 3)
        : undefined,
    ),
  },
  {
    id: 'SEED-1653',
    breaks: ['HW-VIO-27'],
    story: 'Flags of a MAP that the device does not know are passed over.',
    like: 'virtio_iommu_map() without its look at the flags',
    bug: ({ virtioIommu }) =>
      class extends virtioIommu.VirtioIommu {
        protected override map(values: Fields): Status {
          return super.map({ ...values, flags: values.flags & 3 });
        }
      },
  },
);
