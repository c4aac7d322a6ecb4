import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { atEnd } from './at-end.ts';

/** A new folder, which is removed when the program ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iommufd-conformance-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
