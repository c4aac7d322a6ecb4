import { AssertionError } from 'chai';

import { IOMMU_HWPT_GET_DIRTY_BITMAP } from '#uapi/iommufd/hwpt.ts';
import { IOMMU_TEST_OP_DIRTY, MOCK_PAGE_SIZE } from '#uapi/iommufd/selftest.ts';

import {
  VFIO_IOMMU_DIRTY_PAGES,
  VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP,
  vfio_iommu_type1_dirty_bitmap_get,
} from '#uapi/vfio/iommu-type1.ts';

import type { ContainerHandle, ProcessHandle } from './support/handles.ts';
import type { World } from './support/world.ts';
import { demandMemory } from './support/calls/scratch.ts';
import { testCommand } from './support/calls/test-command.ts';
import { Then, When } from './support/cucumber.ts';
import { fdOf, idOf } from './support/words/names.ts';
import type { BitRange } from './support/words/values.ts';
import { loadBytes } from './support/looks/probes.ts';

/** Which pages devices have written, as a page table keeps it and as a bitmap tells it. */

/** In pieces of MOCK_PAGE_SIZE: Linux 6.12 knows no others. */
When('a device writes {size} at {iova} through {object}', async function (length, iova, hwpt) {
  this.require('test-cmd');
  const { port, scratch } = this.it;
  const bits = Number(length) / MOCK_PAGE_SIZE;
  const bitmap = new Uint8Array(Math.ceil(bits / 8)).fill(0xff);
  demandMemory('store of a bitmap', await port.store(scratch.array, bitmap));
  const dirty = { iova, length, page_size: BigInt(MOCK_PAGE_SIZE), uptr: scratch.array };
  await this.must(this.it, ...testCommand(fdOf(hwpt), IOMMU_TEST_OP_DIRTY, { dirty }, idOf(hwpt)));
});

When(
  '{process} asks {object} which of {size} at {iova} are dirty, into {buffer}',
  async function (process, hwpt, length, iova, { handle, offset }) {
    const data = handle.address + offset;
    if (hwpt.kind === 'container') {
      await askContainer(this, process, { container: hwpt, iova, length, data });
      return;
    }
    const target = { fd: fdOf(hwpt), command: IOMMU_HWPT_GET_DIRTY_BITMAP };
    const place = { iova, length, page_size: this.pageSize, data };
    await this.call(process, target, { hwpt_id: idOf(hwpt), ...place });
  },
);

/** With just the bytes that it takes; what the request is about stands behind the struct. */
async function askContainer(
  world: World,
  process: ProcessHandle,
  asked: { container: ContainerHandle; iova: bigint; length: bigint; data: bigint },
): Promise<void> {
  const { container, iova, length, data } = asked;
  const pages = length / world.pageSize;
  const bitmap = { pgsize: world.pageSize, size: ((pages + 63n) / 64n) * 8n, data };
  const range = vfio_iommu_type1_dirty_bitmap_get.pack({ iova, size: length, bitmap });
  const flags = VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP;
  const { struct } = VFIO_IOMMU_DIRTY_PAGES;
  const form = { kind: 'size', of: () => struct.size + range.length } as const;
  const target = { fd: container.fd, command: VFIO_IOMMU_DIRTY_PAGES, form };
  await world.call(process, target, { flags, data: [...range] });
}

/** Runs of bits that are set: bit 0 is the lowest one of the first byte. */
function runsOf(bytes: Uint8Array): BitRange[] {
  const runs: BitRange[] = [];
  let first: number | undefined;
  const count = bytes.length * 8;
  for (let bit = 0; bit <= count; bit += 1) {
    if (bit % 8 === 0 && first === undefined) bit = nextByteWithBits(bytes, bit / 8) * 8;
    const isSet = bit < count && (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
    if (isSet) first ??= bit;
    else if (first !== undefined) {
      runs.push({ first, last: bit - 1 });
      first = undefined;
    }
  }
  return runs;
}

function nextByteWithBits(bytes: Uint8Array, from: number): number {
  let index = from;
  while (bytes[index] === 0) index += 1;
  return index;
}

function show(runs: readonly BitRange[]): string {
  const shown = runs.map(({ first, last }) =>
    first === last ? `${first}` : `${first} .. ${last}`,
  );
  return shown.join(', ') || 'none';
}

/** All of the buffer is looked at: also what lies before the place that bits are counted from. */
Then('{process} finds {bits} set in {buffer}', async function (process, runs, spot) {
  const { handle, offset } = spot;
  const bytes = await loadBytes(process, handle.address, Number(handle.length));
  const shift = Number(offset) * 8;
  const expected = runs.map(({ first, last }) => ({ first: first + shift, last: last + shift }));
  const actual = runsOf(bytes);
  if (show(actual) === show(expected)) return;
  throw new AssertionError(
    `buffer "${handle.name}" has bits ${show(actual)} set; expected ${show(expected)}`,
  );
});
