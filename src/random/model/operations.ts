import {
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_ALLOC_PASID,
  IOMMU_HWPT_DATA_NONE,
  IOMMU_HWPT_FAULT_ID_VALID,
} from '#uapi/iommufd/hwpt.ts';
import {
  IOMMU_OPTION_OP_SET,
  IOMMU_OPTION_RLIMIT_MODE,
  IOMMU_VFIO_IOAS_GET,
  IOMMU_VFIO_IOAS_SET,
} from '#uapi/iommufd/objects.ts';
import {
  iommu_hwpt_selftest,
  iommu_viommu_selftest,
  MOCK_IOMMUPT_HUGE,
  MOCK_PAGE_SIZE,
} from '#uapi/iommufd/selftest.ts';
import { VFIO_DMA_UNMAP_FLAG_ALL } from '#uapi/vfio/iommu-type1.ts';

import type { IoctlCall, Who } from '../call.ts';
import { pageSize } from '../layout.ts';
import { AddressSpace } from './address-space.ts';
import type { Model } from './model.ts';
import { lastOf, type Pages, type Span } from './pages.ts';

/** What the commands change where they succeed, and what they may not succeed in. */

export interface Note {
  readonly call: IoctlCall;
  readonly by: Who;
  readonly succeeded: boolean;
  /** A field as it was passed, and as it came back. */
  readonly number: (path: string) => bigint;
  readonly out: (path: string) => bigint;
  /** Buffer "list" after the call. */
  readonly list?: Uint8Array;
}

type Change = (model: Model, note: Note) => void;

const everything: Span = { first: 0n, last: 2n ** 64n - 1n };

function mapFile(model: Model, { call, by, number, out }: Note): void {
  const operand = call.fields['fd'];
  const device = operand?.kind === 'file' && operand.of === 'dma-buf';
  const pages: Pages = {
    owner: by,
    kind: device ? 'device' : 'file',
    account: model.accountOf(by),
    lead: number('start') % pageSize,
    address: undefined,
  };
  const [iova, length] = [out('iova'), number('length')];
  model.map(Number(number('ioas_id')), { iova, length, pages, start: 0n });
}

function copy(model: Model, { number, out }: Note): void {
  const [from, to] = [number('src_iova'), Number(number('dst_ioas_id'))];
  const span = { first: from, last: from + number('length') - 1n };
  const areas = model.spaces.get(Number(number('src_ioas_id')))?.overlapping(span) ?? [];
  model.demandCover(areas, span);
  for (const area of areas) {
    const first = area.iova > span.first ? area.iova : span.first;
    const last = lastOf(area) < span.last ? lastOf(area) : span.last;
    const [iova, length] = [out('dst_iova') + (first - from), last - first + 1n];
    const start = area.start + (first - area.iova);
    model.map(to, { iova, length, pages: area.pages, start });
  }
}

/** Whatever the result, areas before the one that it failed at are gone. */
function unmap(model: Model, { number, out, succeeded }: Note): void {
  const [first, length] = [number('iova'), number('length')];
  const all = first === 0n && length === everything.last;
  const last = first + length - 1n;
  if (length === 0n || last > everything.last) return;
  const gone = model.unmap(Number(number('ioas_id')), all ? everything : { first, last });
  if (succeeded && out('length') !== gone)
    model.violate(`an unmap tells of ${out('length')} bytes; ${gone} can go`);
}

/** What VFIO_IOMMU_UNMAP_DMA is about; undefined where it fails before it looks. */
function rangeOf(number: Note['number']): Span | undefined {
  const [first, size, flags] = [number('iova'), number('size'), Number(number('flags'))];
  if (flags === VFIO_DMA_UNMAP_FLAG_ALL)
    return first === 0n && size === 0n ? everything : undefined;
  const last = first + size - 1n;
  return flags !== 0 || size === 0n || last > everything.last ? undefined : { first, last };
}

/** Where a mapping is cut, in the order in which it is. */
function endsOf({ first, last }: Span): bigint[] {
  return first === 0n ? [last] : [last, first - 1n];
}

/** Nothing to unmap is no failure here. VFIO-23 */
function unmapCompatible(model: Model, { number, out, succeeded }: Note): void {
  const { compatible: ioas } = model;
  const space = model.spaces.get(ioas ?? 0);
  const span = rangeOf(number);
  if (ioas === undefined || space === undefined || span === undefined) return;
  const isWhole = span === everything || space.largePages;
  const isCut = isWhole || space.cut(endsOf(span), model.obstacles(ioas));
  const gone = isCut ? model.unmap(ioas, span) : 0n;
  if (succeeded && out('size') !== gone)
    model.violate(`an unmap tells of ${out('size')} bytes; ${gone} can go`);
}

/** With privilege the mapper stays charged. OPT-24 */
function changeProcess(model: Model, { by }: Note): void {
  for (const { pages } of model.allAreas()) {
    if (pages.kind !== 'file') model.violate('memory of a process cannot change its process');
    if (pages.account !== 'none') pages.owner = by;
    else if (pages.owner !== by) model.changedProcess = true;
  }
}

function option(model: Model, { number, out }: Note): void {
  const sets = Number(number('op')) === IOMMU_OPTION_OP_SET;
  const space = model.spaces.get(Number(number('object_id')));
  const mode = Number(number('option_id')) === IOMMU_OPTION_RLIMIT_MODE;
  if (sets && mode) model.rlimitMode = number('val64');
  else if (sets && space) space.largePages = number('val64') !== 0n;
  const value = mode ? model.rlimitMode : BigInt(space?.largePages ?? true);
  if (out('val64') !== value) model.violate(`an option is ${out('val64')}; it was set to ${value}`);
}

function vfioIoas(model: Model, { number, out }: Note): void {
  const op = Number(number('op'));
  if (op !== IOMMU_VFIO_IOAS_GET) {
    model.compatible = op === IOMMU_VFIO_IOAS_SET ? Number(number('ioas_id')) : undefined;
    return;
  }
  if (Number(out('ioas_id')) !== model.compatible)
    model.violate(`the VFIO IOAS is ${out('ioas_id')}; ${model.compatible ?? 'none'} was set`);
}

function addTable(model: Model, { call, number, out }: Note): void {
  const parent = Number(number('pt_id'));
  const ioas = model.spaces.has(parent) ? parent : undefined;
  const hasData = number('data_type') !== BigInt(IOMMU_HWPT_DATA_NONE);
  const [row] = hasData ? (call.list?.rows ?? []) : [];
  const isWhole = number('data_len') >= BigInt(iommu_hwpt_selftest.size);
  const huge = isWhole && ioas !== undefined && row?.['pagetable_type'] === MOCK_IOMMUPT_HUGE;
  const id = Number(out('out_hwpt_id'));
  const flags = Number(number('flags'));
  const smallest = huge ? pageSize : BigInt(MOCK_PAGE_SIZE);
  model.attachments.tables.set(id, { ioas, automatic: false, smallest });
  const fault = flags & IOMMU_HWPT_FAULT_ID_VALID ? [Number(number('fault_id'))] : [];
  model.objects.hold(id, [parent, ...fault]);
  if (ioas === undefined) model.pool.add('nested', id);
  if (flags & IOMMU_HWPT_ALLOC_NEST_PARENT) model.pool.add('parent', id);
  if (flags & IOMMU_HWPT_ALLOC_DIRTY_TRACKING) model.pool.add('tracking', id);
  if (flags & IOMMU_HWPT_ALLOC_PASID) model.pool.add('pasid table', id);
}

function addViommu(model: Model, { number, out, list }: Note): void {
  const viommu = Number(out('out_viommu_id'));
  const parent = Number(number('hwpt_id'));
  model.viommus.set(viommu, model.attachments.tables.get(parent)?.ioas);
  model.objects.hold(viommu, [parent]);
  if (list === undefined || number('data_len') === 0n) return;
  const { out_mmap_offset: offset, out_mmap_length: length } = iommu_viommu_selftest.unpack(list);
  model.addRegion({ viommu, offset }, length);
}

function addVdevice(model: Model, { number, out }: Note): void {
  const [id, viommu] = [Number(out('out_vdevice_id')), Number(number('viommu_id'))];
  model.vdevices.set(id, { viommu, bound: Number(number('dev_id')) });
  model.objects.hold(id, [viommu]);
}

/** A queue depends on that of the index before. HWQ-12 */
function addHwQueue(model: Model, { number, out }: Note): void {
  const [queue, viommu] = [Number(out('out_hw_queue_id')), Number(number('viommu_id'))];
  const [iova, length, index] = [
    number('nesting_parent_iova'),
    number('length'),
    Number(number('index')),
  ];
  const ioas = model.viommus.get(viommu);
  const held = model.pin(ioas ?? 0, { first: iova, last: iova + length - 1n });
  const id = model.objects.takeHidden();
  const before = [...model.hwQueues].find(
    ([, other]) => other.viommu === viommu && other.index === index - 1,
  );
  model.objects.hold(queue, [viommu, id, ...(before ? [before[0]] : [])]);
  model.hwQueues.set(queue, { id, ioas, iova, length, held, viommu, index });
}

/** Those that change something where they fail as well. */
export const unmaps: Readonly<Record<string, Change>> = {
  IOMMU_IOAS_UNMAP: unmap,
  VFIO_IOMMU_UNMAP_DMA: unmapCompatible,
};

export const operations: Readonly<Record<string, Change>> = {
  IOMMU_IOAS_ALLOC: (model, { out }) => {
    model.spaces.set(Number(out('out_ioas_id')), new AddressSpace());
  },
  IOMMU_IOAS_MAP: (model, { by, number, out }) => {
    const pages = model.userPages(by, number('user_va'));
    const [iova, length] = [out('iova'), number('length')];
    model.map(Number(number('ioas_id')), { iova, length, pages, start: 0n });
  },
  VFIO_IOMMU_MAP_DMA: (model, { by, number }) => {
    const pages = model.userPages(by, number('vaddr'));
    const [iova, length] = [number('iova'), number('size')];
    model.map(model.compatible ?? 0, { iova, length, pages, start: 0n });
  },
  IOMMU_IOAS_MAP_FILE: mapFile,
  IOMMU_IOAS_COPY: copy,
  IOMMU_IOAS_CHANGE_PROCESS: changeProcess,
  IOMMU_OPTION: option,
  IOMMU_VFIO_IOAS: vfioIoas,
  IOMMU_DESTROY: (model, { number }) => model.destroy(Number(number('id'))),
  IOMMU_HWPT_ALLOC: addTable,
  IOMMU_VIOMMU_ALLOC: addViommu,
  IOMMU_VDEVICE_ALLOC: addVdevice,
  IOMMU_VEVENTQ_ALLOC: (model, { number, out }) =>
    model.objects.hold(Number(out('out_veventq_id')), [Number(number('viommu_id'))]),
  IOMMU_HW_QUEUE_ALLOC: addHwQueue,
};
