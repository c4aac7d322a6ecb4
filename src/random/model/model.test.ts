import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';

import { IOMMU_HWPT_ALLOC } from '#uapi/iommufd/hwpt.ts';
import {
  IOMMU_IOAS_ALLOC,
  IOMMU_IOAS_COPY,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_UNMAP,
} from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import * as test from '#uapi/iommufd/selftest.ts';
import { VFIO_IOMMU_UNMAP_DMA } from '#uapi/vfio/iommu-type1.ts';
import type { Command } from '#uapi/ioctl.ts';
import { failure, type ErrnoName } from '#uapi/errno.ts';

import { pack, type Operands } from '../call.ts';
import { layout } from '../layout.ts';
import { Pool } from '../pool.ts';
import { Model } from './model.ts';

const PAGE = 4096n;
const IOVA = 0x100_0000n;
let model: Model;
let pool: Pool;

type Numbers = Readonly<Record<string, bigint | number>>;

interface Ended {
  /** What came back beside what was passed. */
  readonly out?: Numbers;
  readonly error?: ErrnoName;
  readonly operands?: Operands;
}

function bigints(numbers: Numbers): [string, bigint][] {
  return Object.entries(numbers).map(([path, number]) => [path, BigInt(number)]);
}

function note(command: Command, passed: Numbers, { out = {}, error, operands }: Ended = {}): void {
  const fields = new Map(bigints(passed));
  const call = { kind: 'ioctl', by: 'it', command, fields: operands ?? {} } as const;
  const after = pack(command, new Map([...fields, ...bigints(out)]));
  const result = error === undefined ? 0 : failure(error);
  model.note(call, 'it', { result, text: '', fields, after });
}

function newIoas(out_ioas_id: number): void {
  note(IOMMU_IOAS_ALLOC, {}, { out: { out_ioas_id } });
}

/** `pages` of "ram" from its page `from` on, at the same page of the IOVAs. */
function map(ioas_id: number, from: number, pages: number): void {
  const [user_va, iova] = [layout.ram, IOVA].map((base) => base + BigInt(from) * PAGE);
  const length = BigInt(pages) * PAGE;
  note(IOMMU_IOAS_MAP, { ioas_id, user_va: user_va ?? 0n, iova: iova ?? 0n, length });
}

function plug(
  id: number,
  [out_stdev_id, out_idev_id, out_hwpt_id]: readonly [number, number, number],
): void {
  const op = test.IOMMU_TEST_OP_MOCK_DOMAIN;
  const ids = { out_stdev_id, out_idev_id, out_hwpt_id };
  const out = Object.fromEntries(
    Object.entries(ids).map(([name, number]) => [`mock_domain.${name}`, number]),
  );
  note(test.IOMMU_TEST_CMD, { op, id }, { out });
}

function pinned(): bigint {
  return model.charged('it').pinned / PAGE;
}

beforeEach(() => {
  pool = new Pool();
  model = new Model(pool);
  newIoas(1);
});

describe('what is pinned', () => {
  it('is what an IOAS with a page table maps', () => {
    map(1, 0, 4);
    assert.equal(pinned(), 0n);
    plug(1, [2, 3, 4]);
    assert.equal(pinned(), 4n);
    note(IOMMU_DESTROY, { id: 2 });
    assert.equal(pinned(), 0n);
  });

  it('counts a page once, whoever holds it', () => {
    newIoas(2);
    map(1, 0, 4);
    const fields = { src_ioas_id: 1, dst_ioas_id: 2, src_iova: IOVA, length: 2n * PAGE };
    note(IOMMU_IOAS_COPY, fields, { out: { dst_iova: IOVA } });
    plug(2, [3, 4, 5]);
    assert.equal(pinned(), 2n);
    plug(1, [6, 7, 8]);
    assert.equal(pinned(), 4n);
  });

  it('counts what an access has pinned, until it is unmapped', () => {
    map(1, 0, 4);
    const { IOMMU_TEST_OP_CREATE_ACCESS: create, IOMMU_TEST_OP_ACCESS_PAGES: pin } = test;
    const command = test.IOMMU_TEST_CMD;
    note(command, { op: create, id: 1 }, { out: { 'create_access.out_access_fd': 9 } });
    const range = { 'access_pages.iova': IOVA, 'access_pages.length': 2n * PAGE };
    note(command, { op: pin, id: 9, ...range });
    assert.equal(pinned(), 2n);
    note(IOMMU_IOAS_UNMAP, { ioas_id: 1, iova: IOVA, length: 4n * PAGE });
    assert.equal(pinned(), 0n);
  });
});

describe('an unmap that fails', () => {
  it('has taken what lies whole before the mapping that it cuts', () => {
    plug(1, [2, 3, 4]);
    map(1, 0, 2);
    map(1, 2, 4);
    note(IOMMU_IOAS_UNMAP, { ioas_id: 1, iova: IOVA, length: 3n * PAGE }, { error: 'ENOENT' });
    assert.equal(pinned(), 4n);
    assert.equal(model.takeViolation(), undefined);
  });

  it('has taken nothing where its range is none', () => {
    map(1, 0, 2);
    note(IOMMU_IOAS_UNMAP, { ioas_id: 1, iova: IOVA, length: 0 }, { error: 'EINVAL' });
    note(IOMMU_IOAS_UNMAP, { ioas_id: 1, iova: IOVA, length: -1n }, { error: 'EOVERFLOW' });
    assert.equal(model.allAreas().length, 1);
  });

  it('cuts a mapping of a container of version 1 all the same', () => {
    map(1, 0, 4);
    model.compatible = 1;
    model.spaces.get(1)!.largePages = false;
    const fields = { flags: 0, iova: IOVA + PAGE, size: PAGE };
    note(VFIO_IOMMU_UNMAP_DMA, fields);
    const left = model.spaces.get(1)!.overlapping({ first: 0n, last: 2n ** 64n - 1n });
    assert.deepEqual(
      left.map(({ iova, length }) => [iova - IOVA, length]),
      [
        [0n, PAGE],
        [2n * PAGE, 2n * PAGE],
      ],
    );
  });
});

describe('object ids', () => {
  it('are given out from the lowest free one, and hidden ones count', () => {
    plug(1, [2, 3, 4]);
    assert.equal(model.objects.next, 5);
    const fields = { op: test.IOMMU_TEST_OP_CREATE_ACCESS, id: 1 };
    note(test.IOMMU_TEST_CMD, fields, { out: { 'create_access.out_access_fd': 9 } });
    assert.equal(model.objects.next, 6);
    note(IOMMU_DESTROY, { id: 2 });
    assert.equal(model.objects.next, 2);
    model.closed('it', 9);
    newIoas(2);
    assert.equal(model.objects.next, 3);
  });

  it('of an access stay taken until the last process has closed it', () => {
    const fields = { op: test.IOMMU_TEST_OP_CREATE_ACCESS, id: 1 };
    note(test.IOMMU_TEST_CMD, fields, { out: { 'create_access.out_access_fd': 9 } });
    model.forked(true);
    model.closed('it', 9);
    assert.equal(model.objects.next, 3);
    model.childExited();
    assert.equal(model.objects.next, 2);
  });
});

describe('what may not succeed', () => {
  it('is destroying what is in use', () => {
    plug(1, [2, 3, 4]);
    note(IOMMU_DESTROY, { id: 1 });
    assert.match(model.takeViolation() ?? '', /object 1 was destroyed while it was in use/);
  });

  it('is destroying the parent of a nested page table', () => {
    plug(1, [2, 3, 4]);
    note(IOMMU_HWPT_ALLOC, { pt_id: 1, flags: 1 }, { out: { out_hwpt_id: 5 } });
    note(IOMMU_HWPT_ALLOC, { pt_id: 5, data_type: 1 }, { out: { out_hwpt_id: 6 } });
    note(IOMMU_DESTROY, { id: 5 });
    assert.match(model.takeViolation() ?? '', /object 5/);
    note(IOMMU_DESTROY, { id: 6 });
    assert.equal(model.takeViolation(), undefined);
  });

  it('is mapping over a mapping, and copying a hole', () => {
    newIoas(2);
    map(1, 0, 2);
    map(1, 1, 1);
    assert.match(model.takeViolation() ?? '', /0x1001000 overlaps/);
    const fields = { src_ioas_id: 1, dst_ioas_id: 2, src_iova: IOVA, length: 3n * PAGE };
    note(IOMMU_IOAS_COPY, fields, { out: { dst_iova: IOVA } });
    assert.match(model.takeViolation() ?? '', /nothing is mapped at 0x1002000/);
  });
});

describe('ids for later calls', () => {
  it('are those of their kind, the usual ones, or one that nobody has', () => {
    assert.equal(pool.id({ kind: 'id', of: 'vIOMMU', nth: 0 }), 1);
    assert.equal(pool.id({ kind: 'id', of: 'nested', nth: 3 }), 1);
    plug(1, [2, 3, 4]);
    assert.equal(pool.id({ kind: 'id', of: 'nested', nth: 3 }), 4);
    note(IOMMU_HWPT_ALLOC, { pt_id: 4, data_type: 1 }, { out: { out_hwpt_id: 5 } });
    assert.equal(pool.id({ kind: 'id', of: 'nested', nth: 3 }), 5);
    assert.equal(pool.id({ kind: 'id', of: 'hwpt', nth: 2 }), 4);
  });
});
