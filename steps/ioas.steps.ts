import { AssertionError } from 'chai';

import {
  IOMMU_IOAS_ALLOC,
  IOMMU_IOAS_ALLOW_IOVAS,
  IOMMU_IOAS_COPY,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_MAP_FILE,
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
  IOMMU_IOAS_UNMAP,
} from '#uapi/iommufd/ioas.ts';
import { IOMMU_OPTION, IOMMU_OPTION_OP_GET, IOMMU_OPTION_OP_SET } from '#uapi/iommufd/objects.ts';
import { IOMMU_TEST_OP_ADD_RESERVED } from '#uapi/iommufd/selftest.ts';
import { hex } from '#uapi/strace.ts';

import { demandMemory } from './support/calls/scratch.ts';
import { testCommand } from './support/calls/test-command.ts';
import { Given, Then, When, type DataTable } from './support/cucumber.ts';
import { rememberMapping } from './support/calls/mappings.ts';
import type { Place, Rights } from './support/words/ioases.ts';
import {
  charges,
  isFree,
  isMapped,
  loadRanges,
  packRanges,
  usableIovas,
  type IovaRange,
} from './support/looks/probes.ts';
import type { World } from './support/world.ts';

const everything = 2n ** 64n - 1n;

function mapFlags(place: Place, { read, write }: Rights): number {
  const fixed = place.fixed ? IOMMU_IOAS_MAP_FIXED_IOVA : 0;
  const readable = read ? IOMMU_IOAS_MAP_READABLE : 0;
  return fixed | readable | (write ? IOMMU_IOAS_MAP_WRITEABLE : 0);
}

Given('{newIoas}', async function ({ name, iommufd }) {
  const target = { fd: iommufd.fd, command: IOMMU_IOAS_ALLOC };
  const { out_ioas_id: id } = await this.must(this.it, target, {});
  this.handles.add({ kind: 'ioas', name, id: Number(id), iommufd });
});

When(
  '{process} maps {size} of {source} into {ioas} {place} {rights}',
  async function (process, length, { handle, offset }, ioas, place, rights) {
    const { fd } = ioas.iommufd;
    const common = { flags: mapFlags(place, rights), ioas_id: ioas.id, length, iova: place.iova };
    const record =
      handle.kind === 'memfd'
        ? await this.call(
            process,
            { fd, command: IOMMU_IOAS_MAP_FILE },
            { ...common, fd: handle.fd, start: offset },
          )
        : await this.call(
            process,
            { fd, command: IOMMU_IOAS_MAP },
            { ...common, user_va: handle.address + offset },
          );
    rememberMapping(this, fd, record);
  },
);

When(
  '{process} copies {size} at {iova} of {ioas} into {ioas} {place} {rights}',
  async function (process, length, iova, source, target, place, rights) {
    const { fd } = target.iommufd;
    const record = await this.call(
      process,
      { fd, command: IOMMU_IOAS_COPY },
      {
        flags: mapFlags(place, rights),
        src_ioas_id: source.id,
        dst_ioas_id: target.id,
        length,
        src_iova: iova,
        dst_iova: place.iova,
      },
    );
    rememberMapping(this, fd, record);
  },
);

When('{process} unmaps {size} at {iova} from {ioas}', async function (process, length, iova, ioas) {
  const target = { fd: ioas.iommufd.fd, command: IOMMU_IOAS_UNMAP };
  await this.call(process, target, { ioas_id: ioas.id, iova, length });
});

When('{process} unmaps everything from {ioas}', async function (process, ioas) {
  const target = { fd: ioas.iommufd.fd, command: IOMMU_IOAS_UNMAP };
  await this.call(process, target, { ioas_id: ioas.id, iova: 0n, length: everything });
});

When('{process} allows only these IOVAs in {ioas}:', async function (process, ioas, table) {
  const ranges = table.raw().map(([first = '', length = '']) => {
    const start = this.size(first);
    return { start, last: start + this.size(length) - 1n };
  });
  await allow(this, { process, ioas, bytes: packRanges(ranges), count: ranges.length });
});

When('{process} allows every IOVA in {ioas}', async function (process, ioas) {
  await allow(this, { process, ioas, bytes: new Uint8Array(), count: 0 });
});

async function allow(
  world: World,
  list: {
    readonly process: World['it'];
    readonly ioas: { readonly id: number; readonly iommufd: { readonly fd: number } };
    readonly bytes: Uint8Array;
    readonly count: number;
  },
): Promise<void> {
  const { process, ioas, bytes, count } = list;
  const { array } = process.scratch;
  if (count > 0) demandMemory('store of IOVA ranges', await process.port.store(array, bytes));
  const target = { fd: ioas.iommufd.fd, command: IOMMU_IOAS_ALLOW_IOVAS };
  const values = { ioas_id: ioas.id, num_iovas: count, allowed_iovas: count > 0 ? array : 0n };
  await world.call(process, target, values);
}

Given('{iova} .. +{size} is reserved in {ioas}', async function (start, length, ioas) {
  this.require('test-cmd');
  await this.must(
    this.it,
    ...testCommand(
      ioas.iommufd.fd,
      IOMMU_TEST_OP_ADD_RESERVED,
      { add_reserved: { start, length } },
      ioas.id,
    ),
  );
});

When('{process} sets {option} to {int}', async function (process, option, value) {
  const { iommufd, optionId, objectId } = option;
  await this.call(
    process,
    { fd: iommufd.fd, command: IOMMU_OPTION },
    { option_id: optionId, op: IOMMU_OPTION_OP_SET, object_id: objectId, val64: BigInt(value) },
  );
});

Then('{option} is {int}', async function (option, expected) {
  const { iommufd, optionId, objectId } = option;
  const { fields, result } = await this.probe(
    this.it,
    { fd: iommufd.fd, command: IOMMU_OPTION },
    { option_id: optionId, op: IOMMU_OPTION_OP_GET, object_id: objectId },
  );
  if (result === 0 && fields?.['val64'] === BigInt(expected)) return;
  throw new AssertionError(
    `IOMMU_OPTION GET returned ${result}, val64 = ${String(fields?.['val64'])}; expected ${expected}`,
  );
});

Then('{iova} .. +{size} {mapped} in {ioas}', async function (iova, length, expected, ioas) {
  const at = { iommufd: ioas.iommufd.fd, ioas: ioas.id };
  const range = `${hex(iova)} .. +${hex(length)}`;
  const whole = await isMapped(this, at, iova, length);
  const free = await isFree(this, at, iova, length);
  if (expected && (!whole || free)) {
    throw new AssertionError(
      `${range} of IOAS "${ioas.name}" is not mapped as a whole; expected it to be`,
    );
  }
  if (!expected && !free) {
    throw new AssertionError(
      `something is mapped in ${range} of IOAS "${ioas.name}"; expected nothing`,
    );
  }
});

function showRange({ start, last }: IovaRange): string {
  return `${hex(start)} .. ${hex(last)}`;
}

/** Rows of first and last IOVA. */
function compareRanges(
  { what, world }: { readonly what: string; readonly world: World },
  ranges: readonly IovaRange[],
  table: DataTable,
): void {
  const actual = ranges.map(showRange);
  const expected = table
    .raw()
    .map(([first = '', last = '']) =>
      showRange({ start: world.size(first), last: world.size(last) }),
    );
  if (actual.join() === expected.join()) return;
  throw new AssertionError(
    `${what} ${actual.join(', ') || 'nothing'}; expected ${expected.join(', ')}`,
  );
}

Then('the usable IOVAs of {ioas} are:', async function (ioas, table) {
  const { ranges } = await usableIovas(this, { iommufd: ioas.iommufd.fd, ioas: ioas.id });
  compareRanges({ what: `IOAS "${ioas.name}" allows`, world: this }, ranges, table);
});

Then('{buffer} holds the IOVA ranges:', async function ({ handle, offset }, table) {
  const { process, address, name } = handle;
  const ranges = await loadRanges(process, address + offset, table.raw().length);
  compareRanges({ what: `buffer "${name}" holds`, world: this }, ranges, table);
});

Then('the IOVA alignment of {ioas} is {size}', async function (ioas, expected) {
  const { alignment } = await usableIovas(this, { iommufd: ioas.iommufd.fd, ioas: ioas.id });
  if (alignment === expected) return;
  throw new AssertionError(`IOAS "${ioas.name}" aligns to ${alignment}; expected ${expected}`);
});

Then('it lands {landing}', function (landing) {
  const { name } = this.outcome.examine();
  this.examine({ kind: 'succeeds' });
  const { landing: mapping } = this.landed ?? {};
  if (mapping === undefined) throw new Error(`${name} mapped nothing`);
  const { iova, length } = mapping;
  if (landing.holds(iova, length)) return;
  throw new AssertionError(
    `${name} chose ${hex(iova)} for ${hex(length)} bytes; expected ${landing.shown}`,
  );
});

Then('{process} has {size} {charge}', async function (process, expected, charge) {
  this.require('proc');
  const actual = (await charges(this, process))[charge];
  if (actual === expected) return;
  const who = process.name === '' ? 'the process' : `process "${process.name}"`;
  throw new AssertionError(`${who} has ${actual} bytes ${charge}; expected ${expected}`);
});
