import type { ErrnoName } from '#uapi/errno.ts';
import * as uapi from '#uapi/iommufd/selftest.ts';
import { isErrno } from '../../lib/errno.ts';
import { ULONG_MAX } from '../../lib/math.ts';
import { row } from '../dispatcher.ts';
import type { CommandResult, CommandRow } from '../dispatcher.ts';
import { Ioas } from '../ioas.ts';
import type { Iommufd } from '../main.ts';
import { createSelftestDevice, SelftestDevice } from './device.ts';
import { checkIotlb, checkMap, checkReferences } from './checks.ts';
import type { SelftestKernel } from './kernel.ts';
import type { TestCommand } from './test-command.ts';
import { respondWith } from './test-command.ts';

/** An entry of the kernel's buffer for frames. MOCK-16 */
const SMALLEST_MEMORY_LIMIT = 12;
/** Who reserves what ADD_RESERVED asks for: nobody who would ever take it back. */
const test = {};

type Operation = (command: TestCommand) => CommandResult;

/** selftest.c: IOMMU_TEST_CMD. */
export class TestCommands {
  readonly context: Iommufd;
  readonly kernel: SelftestKernel;
  protected readonly operations: ReadonlyMap<number, Operation>;

  constructor(context: Iommufd, kernel: SelftestKernel) {
    this.context = context;
    this.kernel = kernel;
    const { selftest } = kernel.parts;
    this.operations = new Map<number, Operation>([
      [uapi.IOMMU_TEST_OP_ADD_RESERVED, (command) => this.addReserved(command)],
      [uapi.IOMMU_TEST_OP_MOCK_DOMAIN, (command) => this.mockDomain(command, 0)],
      [
        uapi.IOMMU_TEST_OP_MOCK_DOMAIN_FLAGS,
        (command) => this.mockDomain(command, command.fields.operation.mock_domain_flags.dev_flags),
      ],
      [uapi.IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, (command) => this.replaceDomain(command)],
      [uapi.IOMMU_TEST_OP_MD_CHECK_MAP, (command) => checkMap(this.context, command)],
      [uapi.IOMMU_TEST_OP_MD_CHECK_REFS, (command) => checkReferences(this.context, command)],
      [uapi.IOMMU_TEST_OP_MD_CHECK_IOTLB, (command) => checkIotlb(this.context, command)],
      [uapi.IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT, (command) => this.setMemoryLimit(command)],
      ...new selftest.AccessTests(context, kernel).operations(),
      ...new selftest.DmabufTests(context).operations(),
      ...new selftest.ViommuTests(context).operations(),
      ...new selftest.DirtyTests(context).operations(),
      ...new selftest.PasidTests(context).operations(),
      ...new selftest.PageRequestTests(context, kernel).operations(),
    ]);
  }

  rows(): CommandRow[] {
    return [row(uapi.IOMMU_TEST_CMD, (command) => this.execute(command))];
  }

  /** MOCK-01 02 */
  execute(command: TestCommand): CommandResult {
    const operation = this.operations.get(command.fields.op);
    return operation ? operation(command) : 'EOPNOTSUPP';
  }

  /** MOCK-04 */
  addReserved({ fields }: TestCommand): ErrnoName | undefined {
    const { start, length } = fields.operation.add_reserved;
    if (length === 0n) return 'EINVAL';
    const last = start + length - 1n;
    if (last > ULONG_MAX) return 'EOVERFLOW';
    const ioas = this.context.objects.get(fields.id, Ioas);
    return isErrno(ioas) ? ioas : ioas.iopt.reserve({ first: start, last }, test);
  }

  /** MOCK-05 06 */
  mockDomain(command: TestCommand, flags: number): ErrnoName | undefined {
    let out_hwpt_id = 0;
    const device = this.context.create(
      (id) => {
        const made = createSelftestDevice(this, id, { tableId: command.fields.id, flags });
        if (isErrno(made)) return made;
        out_hwpt_id = made.hwptId;
        return made.device;
      },
      ({ id, bound }) => {
        const values = { out_stdev_id: id, out_hwpt_id, out_idev_id: bound.id };
        return respondWith(command, 'mock_domain', values);
      },
    );
    return isErrno(device) ? device : undefined;
  }

  /** MOCK-08 */
  replaceDomain(command: TestCommand): ErrnoName | undefined {
    const { id, operation } = command.fields;
    const device = this.context.objects.get(id, SelftestDevice);
    if (isErrno(device)) return device;
    const pt_id = device.bound.replace(operation.mock_domain_replace.pt_id);
    return isErrno(pt_id) ? pt_id : respondWith(command, 'mock_domain_replace', { pt_id });
  }

  /** The reference has no such buffer: nothing depends on its size. MOCK-16 */
  setMemoryLimit({ fields }: TestCommand): ErrnoName | undefined {
    return fields.operation.memory_limit.limit < SMALLEST_MEMORY_LIMIT ? 'EINVAL' : undefined;
  }
}
