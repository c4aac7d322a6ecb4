import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { failure } from '#uapi/errno.ts';
import { iommu_hwpt_page_response, iommu_hwpt_pgfault } from '#uapi/iommufd/fault.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import { POLLIN, POLLOUT, POLLRDNORM } from '#uapi/poll.ts';

import { OpenFile } from '../fs/file.ts';
import type { AttachHandle, PageRequestGroup } from '../iommu/io-pgfault.ts';
import { isErrno } from '../lib/errno.ts';
import { Machine } from '../../machine/machine.ts';
import { IommufdAttachHandle } from './attach-handle.ts';
import { FaultFile, FaultQueue } from './fault-queue.ts';

const MESSAGE = iommu_hwpt_pgfault.size;
const domain = { type: 'paging', free: () => {} } as const;
const first = new IommufdAttachHandle(domain, 3, () => 0n);
const second = new IommufdAttachHandle(domain, 4, () => 0n);

/** An open queue, with a page of the reader's. */
function open() {
  const task = new Machine().newTask();
  const [length, offset] = [4096n, 0n];
  const [protection, flags] = [PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS];
  const page = task.memory.mmap({ address: 0n, length, protection, flags, offset });
  assert.ok(!isErrno(page));
  const queue = new FaultQueue(1);
  const file = new FaultFile(queue, new OpenFile({}, 0));
  const read = (bytes: number, address = page) => file.read({ task, address, length: bytes });
  const messages = (count: number) =>
    Array.from({ length: count }, (_, index) => {
      const bytes = task.memory.load(page + BigInt(index * MESSAGE), MESSAGE);
      assert.ok(typeof bytes !== 'string');
      return iommu_hwpt_pgfault.unpack(bytes);
    });
  const writeFrom = (address: bigint, length: number) => file.write({ task, address, length });
  const write = (...answers: { cookie: number; code: number }[]) => {
    const bytes = answers.flatMap((answer) => [...iommu_hwpt_page_response.pack(answer)]);
    task.memory.store(page, Uint8Array.from(bytes));
    return writeFrom(page, bytes.length);
  };
  return { queue, file, page, read, messages, write, writeFrom };
}

/** Puts a group into the queue; the answer goes to `answers`. */
function deliver(
  queue: FaultQueue,
  answers: number[],
  { size = 1, handle = first }: { size?: number; handle?: AttachHandle } = {},
): void {
  const requests = Array.from({ length: size }, (_, index) => ({
    address: BigInt(index) << 12n,
    pasid: undefined,
    groupId: 9,
    permissions: 3,
    isLast: index === size - 1,
  }));
  const group: PageRequestGroup = { requests, handle, respond: (code) => answers.push(code) };
  queue.deliver(group);
}

describe('a fault queue', () => {
  it('is never waited for', () => {
    const { file, read } = open();
    assert.equal(read(MESSAGE), 0);
    assert.equal(read(MESSAGE + 1), failure('ESPIPE'));
    assert.equal(file.poll(), POLLOUT);
  });

  it('gives whole groups in their order, and a cookie for each', () => {
    const { queue, file, read, messages } = open();
    deliver(queue, [], { size: 2 });
    deliver(queue, [], { size: 2, handle: second });
    assert.equal(file.poll(), POLLIN | POLLRDNORM | POLLOUT);
    assert.equal(read(0), failure('EINVAL'));
    assert.equal(read(MESSAGE), failure('EINVAL'));
    assert.equal(read(3 * MESSAGE), 2 * MESSAGE);
    const [one, two] = messages(2);
    assert.deepEqual([one?.cookie, one?.dev_id, one?.flags, one?.addr], [1, 3, 0, 0n]);
    assert.deepEqual([two?.cookie, two?.dev_id, two?.flags, two?.addr], [1, 3, 2, 4096n]);
    assert.equal(read(2 * MESSAGE), 2 * MESSAGE);
    assert.deepEqual([messages(1)[0]?.cookie, messages(1)[0]?.dev_id], [2, 4]);
    assert.equal(file.poll(), POLLOUT);
  });

  it('keeps a group that cannot be copied, without its cookie', () => {
    const { queue, page, read, messages } = open();
    deliver(queue, []);
    deliver(queue, []);
    assert.equal(read(MESSAGE, 8n), failure('EFAULT'));
    assert.equal(read(2 * MESSAGE, page + 4096n - BigInt(MESSAGE)), MESSAGE);
    assert.equal(read(MESSAGE), MESSAGE);
    assert.equal(messages(1)[0]?.cookie, 2);
  });
});

describe('answers to a fault queue', () => {
  it('are taken up to the first that is wrong', () => {
    const { queue, read, write, writeFrom } = open();
    const answers: number[] = [];
    for (let count = 0; count < 3; count++) deliver(queue, answers);
    assert.equal(write({ cookie: 1, code: 0 }), failure('EINVAL'));
    assert.equal(read(3 * MESSAGE), 3 * MESSAGE);
    assert.equal(write({ cookie: 1, code: 2 }), failure('EINVAL'));
    const wrong = { cookie: 9, code: 0 };
    assert.equal(write({ cookie: 2, code: 1 }, wrong, { cookie: 1, code: 0 }), 8);
    assert.deepEqual(answers, [1]);
    assert.equal(write({ cookie: 2, code: 0 }), failure('EINVAL'));
    assert.equal(write(), 0);
    assert.equal(writeFrom(8n, 8), failure('EFAULT'));
    assert.equal(writeFrom(8n, 9), failure('ESPIPE'));
  });

  it('free their cookies, the lowest of which is used again', () => {
    const { queue, read, messages, write } = open();
    for (let count = 0; count < 3; count++) deliver(queue, []);
    read(2 * MESSAGE);
    write({ cookie: 1, code: 0 });
    read(MESSAGE);
    assert.equal(messages(1)[0]?.cookie, 1);
  });

  it('are given by the kernel to what came by an attachment that ends', () => {
    const { queue, read, messages, write } = open();
    const answers: number[] = [];
    const others: number[] = [];
    deliver(queue, answers);
    read(MESSAGE);
    deliver(queue, others, { handle: second });
    deliver(queue, answers);
    queue.refuseAllOf(first);
    assert.deepEqual([answers, others], [[1, 1], []]);
    assert.equal(write({ cookie: 1, code: 0 }), failure('EINVAL'));
    assert.equal(read(4 * MESSAGE), MESSAGE);
    assert.equal(messages(1)[0]?.dev_id, 4);
    queue.destroy();
    assert.deepEqual(others, [1]);
  });
});
