import { AssertionError } from 'chai';

import type { Struct } from '#uapi/codec.ts';
import { vfio_info_cap_header } from '#uapi/vfio/base.ts';
import {
  vfio_iommu_type1_info_cap_iova_range,
  vfio_iommu_type1_info_cap_migration,
  vfio_iommu_type1_info_dma_avail,
} from '#uapi/vfio/iommu-type1.ts';
import { hex } from '#uapi/strace.ts';

import { Then, type DataTable } from './support/cucumber.ts';
import { isMappedIn } from './support/looks/containers.ts';
import type { World } from './support/world.ts';

interface Capability {
  readonly id: number;
  readonly version: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

const structs: Readonly<Record<number, Struct>> = {
  1: vfio_iommu_type1_info_cap_iova_range,
  2: vfio_iommu_type1_info_cap_migration,
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

/** `DMA_AVAIL 1: 4294967295`; the ranges with both their ends; the page size and the longest bitmap of MIGRATION. */
function show({ id, version, fields }: Capability): string {
  if (id === 3) return `DMA_AVAIL ${version}: ${String(fields['avail'])}`;
  if (id === 2) {
    const { pgsize_bitmap: sizes, max_dirty_bitmap_size: most } = fields;
    return `MIGRATION ${version}: ${hex(sizes as bigint)}-${hex(most as bigint)}`;
  }
  if (id !== 1) return `capability ${id} ${version}`;
  const { nr_iovas: count, iova_ranges: all } = fields as unknown as Ranges;
  const ranges = all.slice(0, count).map(({ start, end }) => `${hex(start)}-${hex(end)}`);
  return `IOVA_RANGE ${version}: ${ranges.join(' ')}`;
}

/** What the chain of the last call has, and what a table wants, as texts. */
function capabilitiesOf(
  world: World,
  table: DataTable,
): { readonly name: string; readonly shown: string[]; readonly wanted: string[] } {
  const { name, after = new Uint8Array(), fields = {} } = world.outcome.examine();
  const shown = capabilities(after, Number(fields['cap_offset'])).map(show);
  const wanted = table.raw().map(([capability = '', text = '']) => {
    const [first = 0n, last] = text.split(' to ').map((part) => world.size(part));
    return `${capability} 1: ${last === undefined ? String(first) : `${hex(first)}-${hex(last)}`}`;
  });
  return { name, shown, wanted };
}

Then('it returns these capabilities, of version 1:', function (table) {
  const { name, shown, wanted } = capabilitiesOf(this, table);
  if (shown.join(', ') === wanted.join(', ')) return;
  throw new AssertionError(`${name} returned ${shown.join(', ')}; expected ${wanted.join(', ')}`);
});

/** In any order; of the ranges the first ones will do. */
Then('it returns these capabilities, among others:', function (table) {
  const { name, shown, wanted } = capabilitiesOf(this, table);
  const missing = wanted.filter((each) => !shown.some((one) => `${one} `.startsWith(`${each} `)));
  if (missing.length === 0) return;
  throw new AssertionError(`${name} returned ${shown.join(', ')}; expected ${missing.join(', ')}`);
});

Then('the node of {object} matches {string}', function (object, pattern) {
  if (new RegExp(pattern).test(object.name)) return;
  throw new AssertionError(`the node of the group is ${object.name}; expected ${pattern}`);
});

Then('{iova} .. +{size} {mapped} in {container}', async function (iova, length, wanted, container) {
  const there = await isMappedIn(this, container, { iova, length });
  if (there === wanted) return;
  const state = there === undefined ? 'in part' : there ? 'as a whole' : 'nowhere';
  const range = `${hex(iova)} .. +${hex(length)}`;
  throw new AssertionError(
    `${range} is mapped ${state} in the container; expected ${wanted ? 'as a whole' : 'nowhere'}`,
  );
});
