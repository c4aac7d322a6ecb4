import { hex } from '#uapi/strace.ts';
import { AssertionError } from 'chai';

import { Given, Then, When } from './support/cucumber.ts';
import {
  entryOf,
  guestFormats,
  mapPage,
  replaceTable,
  startTable,
  unmapPage,
  writeEntries,
} from './support/guest/page-tables.ts';
import { parseBits } from './support/guest/bits.ts';

/** A guest's page table, which the process holds in a buffer that the guest has as memory. */

Given(
  '{newGuestTable} in {buffer}, which the guest has at {iova}',
  async function ({ name, format }, { handle, offset }, guestAddress) {
    const { process, address, length } = handle;
    const table = this.handles.add({
      kind: 'guest table',
      name,
      format: guestFormats[format],
      process,
      address: address + offset,
      length: length - offset,
      guestAddress,
      pagesUsed: 0,
    });
    table.pagesUsed = await startTable(table);
  },
);

When(
  'the guest maps {size} at {iova} to {iova} {rights} in {guestTable}',
  async function (length, iova, to, rights, table) {
    for (let done = 0n; done < length; done += this.pageSize)
      await mapPage(table, { iova: iova + done, to: to + done, rights });
    this.trace.note(`guest: "${table.name}" leads ${hex(iova)} +${length} to ${hex(to)}`);
  },
);

When(
  'the guest maps {size} at {iova} to {iova} by {string} in {guestTable}',
  async function (length, iova, to, words, table) {
    await writeEntries(table, { iova, to, length, words });
    this.trace.note(`guest: "${table.name}" has "${words}" at ${hex(iova)} +${length}`);
  },
);

/** 1 is the level of pages; some tables mark what an IOMMU used or wrote. */
Then(
  'the level {int} entry of {iova} in {guestTable} has {string} and not {string}',
  async function (level, iova, table, set, clear) {
    const entry = await entryOf(table, iova, level);
    const bitsOf = (words: string): bigint =>
      words === 'none' ? 0n : parseBits(table.format.entry, words);
    if ((entry & (bitsOf(set) | bitsOf(clear))) === bitsOf(set)) return;
    throw new AssertionError(
      `the level ${level} entry of ${hex(iova)} in page table "${table.name}" is ${hex(entry)}; expected it to have "${set}" and not "${clear}"`,
    );
  },
);

When('the guest replaces the table of {iova} in {guestTable}', async function (iova, table) {
  await replaceTable(table, iova);
  this.trace.note(`guest: "${table.name}" has another table at ${hex(iova)}, without entries`);
});

When('the guest unmaps {size} at {iova} in {guestTable}', async function (length, iova, table) {
  for (let done = 0n; done < length; done += this.pageSize) await unmapPage(table, iova + done);
  this.trace.note(`guest: "${table.name}" has nothing at ${hex(iova)} +${length}`);
});
