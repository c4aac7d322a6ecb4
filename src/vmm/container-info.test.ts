import assert from 'node:assert/strict';
import { it } from 'node:test';

import {
  vfio_iommu_type1_info,
  vfio_iommu_type1_info_cap_iova_range,
  vfio_iommu_type1_info_dma_avail,
} from '#uapi/vfio/iommu-type1.ts';

import { parseInfo } from './container-info.ts';

const ranges = [
  { start: 0n, end: 0xfedf_ffffn },
  { start: 0xfef0_0000n, end: 0x7f_ffff_ffffn },
];

/** The information with a chain of both capabilities; `last` is where the second one leads. */
function information(last: number): Uint8Array {
  const head = vfio_iommu_type1_info.pack({ cap_offset: 24 });
  const header = { id: 1, version: 1, next: 80 };
  const windows = vfio_iommu_type1_info_cap_iova_range.pack({
    header,
    nr_iovas: 2,
    iova_ranges: ranges,
  });
  const end = { id: 3, version: 1, next: last };
  const available = vfio_iommu_type1_info_dma_avail.pack({ header: end, avail: 65_535 });
  const bytes = new Uint8Array(96);
  bytes.set(head);
  bytes.set(windows, 24);
  bytes.set(available, 80);
  return bytes;
}

const expected = {
  iovaRanges: ranges.map(({ start, end }) => ({ first: start, last: end })),
  available: 65_535,
  dirtyPageSizes: 0n,
};

it('reads the capabilities of a container', () => {
  assert.deepEqual(parseInfo(information(0)), expected);
});

it('does not follow a chain that goes back, or out of the answer', () => {
  assert.deepEqual(parseInfo(information(24)), expected);
  assert.deepEqual(parseInfo(information(4096)), expected);
});

it('finds nothing where there is no chain', () => {
  const bare = vfio_iommu_type1_info.pack({});
  assert.deepEqual(parseInfo(bare), { iovaRanges: [], available: undefined, dirtyPageSizes: 0n });
});
