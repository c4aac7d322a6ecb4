import { AssertionError } from 'chai';

import type { Struct } from '#uapi/codec.ts';
import { vfio_info_cap_header } from '#uapi/vfio/base.ts';
import {
  vfio_iommu_type1_info_cap_iova_range,
  vfio_iommu_type1_info_dma_avail,
} from '#uapi/vfio/iommu-type1.ts';

import { Then } from './support/cucumber.ts';
import { hex } from './support/notation.ts';

interface Capability {
  readonly id: number;
  readonly version: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

const structs: Readonly<Record<number, Struct>> = {
  1: vfio_iommu_type1_info_cap_iova_range,
  3: vfio_iommu_type1_info_dma_avail,
};

/** The chain that begins at `offset`; each links to the next one by its place from the start of `bytes`. */
function capabilities(bytes: Uint8Array, offset: number): Capability[] {
  const found: Capability[] = [];
  for (let at = offset; at !== 0;) {
    if (at + vfio_info_cap_header.size > bytes.length || found.length > bytes.length) {
      throw new AssertionError(`a capability lies at byte ${at} of ${bytes.length}`);
    }
    const { id, version, next } = vfio_info_cap_header.unpack(bytes.subarray(at));
    const fields = structs[id]?.unpack(bytes.subarray(at)) ?? {};
    found.push({ id, version, fields });
    at = next;
  }
  return found;
}

interface Ranges {
  readonly nr_iovas: number;
  readonly iova_ranges: readonly { readonly start: bigint; readonly end: bigint }[];
}

/** `DMA_AVAIL 1: 4294967295`; the ranges with both their ends. */
function show({ id, version, fields }: Capability): string {
  if (id === 3) return `DMA_AVAIL ${version}: ${String(fields['avail'])}`;
  if (id !== 1) return `capability ${id} ${version}`;
  const { nr_iovas: count, iova_ranges: all } = fields as unknown as Ranges;
  const ranges = all.slice(0, count).map(({ start, end }) => `${hex(start)}-${hex(end)}`);
  return `IOVA_RANGE ${version}: ${ranges.join(' ')}`;
}

Then('it returns these capabilities, of version 1:', function (table) {
  const { name, after = new Uint8Array(), fields = {} } = this.outcome.examine();
  const shown = capabilities(after, Number(fields['cap_offset'])).map(show);
  const wanted = table.raw().map(([capability = '', text = '']) => {
    const [first = 0n, last] = text.split(' to ').map((part) => this.size(part));
    return `${capability} 1: ${last === undefined ? String(first) : `${hex(first)}-${hex(last)}`}`;
  });
  if (shown.join(', ') === wanted.join(', ')) return;
  throw new AssertionError(`${name} returned ${shown.join(', ')}; expected ${wanted.join(', ')}`);
});
