import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { protocolSchemaDocument } from '#adapters/wire/schema.ts';
import { wishDocument } from '#adapters/wire/wish-document.ts';
import { requirementsDocument } from '#conformance/document.ts';
import { findingsDocument } from '#conformance/findings/document.ts';
import { mutantsDocument } from '#mutants/document.ts';
import { resultSchema } from '#report/result.ts';
import { machinesDocument } from './machines-document.ts';
import { transportsDocument } from './transports-document.ts';
import { guideDocument } from '../tidy/import-graph.ts';
import { knownFailuresOfLinux } from '../tidy/known-failures.ts';

interface Document {
  /** From the root of the project. */
  readonly path: string;
  render(): string;
}

/** The files under docs/ that are generated and committed, and one of which a part is. */
export const documents: readonly Document[] = [
  { path: 'docs/requirements.md', render: requirementsDocument },
  { path: 'docs/mutants.md', render: mutantsDocument },
  {
    path: 'docs/findings.md',
    render: () => findingsDocument(knownFailuresOfLinux().expectations),
  },
  { path: 'docs/machines.md', render: machinesDocument },
  { path: 'docs/transports.md', render: transportsDocument },
  { path: 'docs/reading-guide.md', render: guideDocument },
  { path: 'docs/wire-protocol.schema.json', render: protocolSchemaDocument },
  { path: 'docs/device-wishes.md', render: wishDocument },
  {
    path: 'docs/result.schema.json',
    render: () => `${JSON.stringify(resultSchema, undefined, 2)}\n`,
  },
];

const root = join(__dirname, '../..');

/** Does the committed file hold what would be generated? */
export function isCurrent({ path, render }: Document): boolean {
  return readFileSync(join(root, path), 'utf8') === render();
}

if (require.main === module) {
  for (const { path, render } of documents) writeFileSync(join(root, path), render());
}
