import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';

import { dumpAbi } from '#lab/abi-dump.ts';
import { tableAbi } from '#uapi/abi.ts';
import type { Abi } from '#uapi/abi.ts';

const usage = `npm run abi -- --release 6.12 --headers DIR [--headers DIR ...] [--test-header FILE]

Writes src/uapi/abi.<release>.x86_64.json: what the C headers of that kernel say of every number in src/uapi.
DIR holds linux/iommufd.h: usr/include of a header package, or include/uapi of a kernel tree.
FILE is drivers/iommu/iommufd/iommufd_test.h of the kernel tree.`;

/** As the formatter would write it: a field a line. */
function render(abi: Abi): string {
  const fields = /\{\s+"offset": (\d+),\s+"size": (\d+)\s+\}/g;
  return `${JSON.stringify(abi, null, 2).replaceAll(fields, '{ "offset": $1, "size": $2 }')}\n`;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      release: { type: 'string' },
      headers: { type: 'string', multiple: true },
      'test-header': { type: 'string' },
    },
  });
  const { release, headers: directories, 'test-header': testHeader } = values;
  if (release === undefined || directories === undefined) throw new Error(usage);
  const abi = dumpAbi(tableAbi, { directories, ...(testHeader !== undefined && { testHeader }) });
  const path = join(__dirname, `../uapi/abi.${release}.x86_64.json`);
  writeFileSync(path, render(abi));
  console.log(path);
}

main();
