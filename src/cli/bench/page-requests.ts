import {
  IOMMU_FAULT_QUEUE_ALLOC,
  IOMMU_PGFAULT_PERM_READ,
  iommu_hwpt_page_response,
  iommu_hwpt_pgfault,
} from '#uapi/iommufd/fault.ts';
import { IOMMU_HWPT_ALLOC, IOMMU_HWPT_FAULT_ID_VALID } from '#uapi/iommufd/hwpt.ts';
import {
  IOMMU_TEST_CMD,
  IOMMU_TEST_OP_MOCK_DOMAIN,
  IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE,
  IOMMU_TEST_OP_TRIGGER_IOPF,
} from '#uapi/iommufd/selftest.ts';

import { cpuTime } from './scaling.ts';
import { User } from './user.ts';

const MESSAGE = iommu_hwpt_pgfault.size;
const RESPONSE = iommu_hwpt_page_response.size;

interface Queue {
  readonly user: User;
  readonly fd: number;
  /** Of a device whose page requests go there. */
  readonly dev_id: number;
}

async function newQueue(): Promise<Queue> {
  const user = await User.start('mock');
  const { iommufd } = user;
  const ioas_id = await user.newIoas();
  const { out_fault_id, out_fault_fd } = await user.call(iommufd, IOMMU_FAULT_QUEUE_ALLOC, {});
  const mock = { op: IOMMU_TEST_OP_MOCK_DOMAIN, id: ioas_id, operation: { mock_domain: {} } };
  const { operation } = await user.call(iommufd, IOMMU_TEST_CMD, mock as never);
  const { out_stdev_id, out_idev_id: dev_id } = operation.mock_domain;
  const table = {
    dev_id,
    pt_id: ioas_id,
    flags: IOMMU_HWPT_FAULT_ID_VALID,
    fault_id: out_fault_id,
  };
  const { out_hwpt_id } = await user.call(iommufd, IOMMU_HWPT_ALLOC, table);
  const replace = { mock_domain_replace: { pt_id: out_hwpt_id } };
  const move = { op: IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, id: out_stdev_id, operation: replace };
  await user.call(iommufd, IOMMU_TEST_CMD, move as never);
  return { user, fd: out_fault_fd, dev_id };
}

/** A device makes so many page requests; all are read, and then all are answered. */
export async function requestPages(requests: number): Promise<number> {
  const { user, fd, dev_id } = await newQueue();
  const { iommufd, process } = user;
  const messages = await user.memory(BigInt(requests * MESSAGE));
  return cpuTime(async () => {
    for (let grpid = 0; grpid < requests; grpid += 1) {
      const trigger_iopf = { dev_id, grpid, perm: IOMMU_PGFAULT_PERM_READ, addr: BigInt(grpid) };
      const operation = { trigger_iopf };
      const request = { op: IOMMU_TEST_OP_TRIGGER_IOPF, operation };
      await user.call(iommufd, IOMMU_TEST_CMD, request as never);
    }
    const length = await process.read(fd, messages, requests * MESSAGE);
    if (length !== requests * MESSAGE) throw new Error(`read() returned ${length}`);
    const bytes = await process.load(messages, length);
    if (!(bytes instanceof Uint8Array)) throw new Error(`the messages cannot be read: ${bytes}`);
    await process.store(messages, answers(bytes));
    const written = await process.write(fd, messages, requests * RESPONSE);
    if (written !== requests * RESPONSE) throw new Error(`write() returned ${written}`);
  });
}

function answers(messages: Uint8Array): Uint8Array {
  const count = messages.length / MESSAGE;
  const bytes = new Uint8Array(count * RESPONSE);
  for (let index = 0; index < count; index += 1) {
    const message = messages.subarray(index * MESSAGE, (index + 1) * MESSAGE);
    const { cookie } = iommu_hwpt_pgfault.unpack(message);
    bytes.set(iommu_hwpt_page_response.pack({ cookie }), index * RESPONSE);
  }
  return bytes;
}
