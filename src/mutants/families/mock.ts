import { answering, mistaken } from '#mutants/command.ts';
import { mutants } from '#mutants/mutant.ts';
import type { CommandResult } from '#reference/kernel/iommufd/dispatcher.ts';
import type { SelftestAccess } from '#reference/kernel/iommufd/selftest/access-file.ts';
import type { TestCommand } from '#reference/kernel/iommufd/selftest/test-command.ts';
import { ULONG_MAX } from '#reference/kernel/lib/math.ts';
import type { FaultAttribute } from '#reference/kernel/mm/fault-injection.ts';
import { PAGE_SIZE } from '#reference/kernel/mm/user-memory.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  MOCK_ACCESS_RW_WRITE,
  MOCK_FLAGS_DEVICE_NO_DIRTY,
  MOCK_FLAGS_DEVICE_PASID,
} from '#uapi/iommufd/selftest.ts';

type Operation = TestCommand['fields']['operation'];
type Pin = Parameters<SelftestAccess['pin']>;

const knownFlags = MOCK_FLAGS_DEVICE_NO_DIRTY | MOCK_FLAGS_DEVICE_PASID;

/** IOMMU_TEST_CMD. */
export const entries = mutants(
  {
    id: 'SEED-0260',
    breaks: ['MOCK-02'],
    story: 'An operation that is unknown does nothing, and succeeds.',
    like: 'iommufd_test() without a default',
    bug: ({ selftest }) =>
      class extends selftest.TestCommands {
        override execute(command: TestCommand): CommandResult {
          return this.operations.has(command.fields.op) ? super.execute(command) : undefined;
        }
      },
  },
  {
    id: 'SEED-0261',
    breaks: ['MOCK-04'],
    story: 'The last IOVA of all cannot be reserved.',
    like: 'check_add_overflow() of the end in iommufd_test_add_reserved()',
    bug: ({ selftest }) =>
      class extends selftest.TestCommands {
        override addReserved(command: TestCommand): ErrnoName | undefined {
          const { start, length } = command.fields.operation.add_reserved;
          return start + length > ULONG_MAX ? 'EOVERFLOW' : super.addReserved(command);
        }
      },
  },
  {
    id: 'SEED-0262',
    breaks: ['MOCK-05'],
    story: 'MOCK_DOMAIN returns the id of the test object as that of the device.',
    like: 'iommufd_test_mock_domain() with sobj->obj.id in both outputs',
    bug: ({ selftest }) =>
      class extends selftest.TestCommands {
        override mockDomain(command: TestCommand, flags: number): ErrnoName | undefined {
          const wrong = answering(command, ({ operation }) => {
            const { out_stdev_id, out_hwpt_id } = operation!.mock_domain;
            const mock_domain = { out_stdev_id, out_hwpt_id, out_idev_id: out_stdev_id };
            return { operation: { mock_domain } as Operation };
          });
          return super.mockDomain(wrong, flags);
        }
      },
  },
  {
    id: 'SEED-0263',
    breaks: ['MOCK-06'],
    story: 'Flags that a mock device does not know are passed over.',
    like: 'mock_dev_create() without valid_flags',
    bug: ({ selftest }) =>
      class extends selftest.TestCommands {
        override mockDomain(command: TestCommand, flags: number): ErrnoName | undefined {
          return super.mockDomain(command, flags & knownFlags);
        }
      },
  },
  {
    id: 'SEED-0264',
    breaks: ['MOCK-07'],
    story: 'The device stays attached when its test object is destroyed.',
    like: 'iommufd_selftest_destroy() without iommufd_device_detach()',
    bug: ({ selftest }) =>
      class extends selftest.SelftestDevice {
        override destroy(): void {}
      },
  },
  {
    id: 'SEED-0265',
    breaks: ['MOCK-08'],
    story: 'MOCK_DOMAIN_REPLACE returns the id that it was given.',
    like: 'iommufd_test_mock_domain_replace() that does not take pt_id back',
    bug: ({ selftest }) =>
      class extends selftest.TestCommands {
        override replaceDomain(command: TestCommand): ErrnoName | undefined {
          const { mock_domain_replace } = command.fields.operation;
          const operation = { mock_domain_replace } as Operation;
          return super.replaceDomain(answering(command, () => ({ operation })));
        }
      },
  },
  {
    id: 'SEED-0266',
    breaks: ['MOCK-12'],
    story: 'The number of a pin that is gone is given to the next one.',
    like: 'an item id that is the length of the list',
    bug: ({ selftest }) =>
      class extends selftest.SelftestAccess {
        override pin(...[request, respond]: Pin): ErrnoName | undefined {
          this.nextItem = this.items.size;
          return super.pin(request, respond);
        }
      },
  },
  {
    id: 'SEED-0267',
    breaks: ['MOCK-13', 'PIN-26'],
    story: 'Undoing a pin that is not there succeeds.',
    like: 'iommufd_test_access_item_destroy() that returns 0 after its loop',
    bug: ({ selftest }) =>
      class extends selftest.SelftestAccess {
        override unpin(item: number): ErrnoName | undefined {
          super.unpin(item);
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0268',
    breaks: ['MOCK-14'],
    story: 'A write of an access reads.',
    like: 'iommufd_test_access_rw() that masks MOCK_ACCESS_RW_WRITE',
    bug: ({ selftest }) =>
      class extends selftest.AccessTests {
        override readWrite(command: TestCommand): ErrnoName | undefined {
          const { access_rw } = command.fields.operation;
          const reading = { ...access_rw, flags: access_rw.flags & ~MOCK_ACCESS_RW_WRITE };
          const operation = { ...command.fields.operation, access_rw: reading };
          return super.readWrite(mistaken(command, { operation }));
        }
      },
  },
  {
    id: 'SEED-0269',
    breaks: ['MOCK-16'],
    story: 'A memory limit that holds no entry is taken.',
    like: 'SET_TEMP_MEMORY_LIMIT without the smallest limit',
    bug: ({ selftest }) =>
      class extends selftest.TestCommands {
        override setMemoryLimit(): ErrnoName | undefined {
          return undefined;
        }
      },
  },
  {
    id: 'SEED-0270',
    breaks: ['MOCK-25'],
    story: 'A dma-buf is of whole pages or is not made.',
    like: 'iommufd_test_dmabuf_get() without ALIGN()',
    bug: ({ selftest }) =>
      class extends selftest.DmabufTests {
        override export(command: TestCommand): CommandResult {
          const { length } = command.fields.operation.dmabuf_get;
          return BigInt(length) % PAGE_SIZE === 0n ? super.export(command) : 'EINVAL';
        }
      },
  },
  {
    id: 'SEED-0508',
    breaks: ['MOCK-32'],
    story: 'The filter for tasks is looked at only where a probability is below a hundred.',
    like: 'conditions of should_fail() in another order',
    bug: ({ mm }) =>
      class extends mm.FaultInjection {
        protected override check(attribute: FaultAttribute, size: number): boolean {
          const { taskFilter } = attribute;
          attribute.taskFilter &&= attribute.probability < 100n;
          const result = super.check(attribute, size);
          attribute.taskFilter = taskFilter;
          return result;
        }
      },
  },
  {
    id: 'SEED-0584',
    breaks: ['MOCK-03'],
    story: 'The number of the test command belongs to iommufd on every kernel.',
    like: 'a table of commands that ends where that of a test kernel does',
    bug: ({ iommufd }) =>
      class extends iommufd.Dispatcher {
        override serves(request: number): boolean {
          return super.serves(request) || (request & 0xff) === 0xa0;
        }
      },
  },
  {
    id: 'SEED-0906',
    breaks: ['MOCK-32'],
    story: 'Of the checks that can fail each does, whatever the interval is.',
    like: 'should_fail() that does not count',
    bug: ({ mm }) =>
      class extends mm.FaultInjection {
        protected override check(attribute: FaultAttribute, size: number): boolean {
          const { interval } = attribute;
          attribute.interval = 1n;
          const result = super.check(attribute, size);
          attribute.interval = interval;
          return result;
        }
      },
  },
  {
    id: 'SEED-0907',
    breaks: ['MOCK-24'],
    story: 'A PASID that is attached is attached to whichever page table one asks for.',
    like: 'iommufd_test_pasid_check_hwpt() that looks only whether there is a handle',
    bug: ({ selftest }) =>
      class extends selftest.PasidTests {
        override checkHwpt(command: TestCommand): ErrnoName | undefined {
          const { hwpt_id } = command.fields.operation.pasid_check;
          const answer = super.checkHwpt(command);
          return hwpt_id !== 0 && answer === 'EINVAL' ? undefined : answer;
        }
      },
  },
  {
    id: 'SEED-0908',
    breaks: ['MOCK-13', 'IOAS-UNMAP-13'],
    story: 'An access that is asked to let go of a range lets go of all that it has pinned.',
    like: 'iommufd_test_access_unmap() that does not compare',
    bug: ({ selftest }) =>
      class extends selftest.SelftestAccess {
        override unmap(): void {
          super.unmap({ first: 0n, last: ULONG_MAX });
        }
      },
  },
  {
    id: 'SEED-0910',
    breaks: ['MOCK-22'],
    story: 'The id of the page table is what the ioctl returns, and not in the struct.',
    like: 'iommufd_test_pasid_attach() that returns pt_id',
    bug: ({ selftest }) =>
      class extends selftest.PasidTests {
        override attach(command: TestCommand): ErrnoName | undefined {
          const { pt_id } = command.fields.operation.pasid_attach;
          return super.attach(command) ?? (pt_id as unknown as ErrnoName);
        }
      },
  },
);
