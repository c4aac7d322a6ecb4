import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';

import type { RequirementTable } from '#conformance/requirement.ts';
import { families } from '#conformance/requirements/index.ts';

import type { Mutant } from './mutant.ts';

/** A file of `families/`: `ioas-copy.ts`, or `ioas-map/pages.ts` where one file a family would be too long. */
export interface FamilyFile {
  readonly path: string;
  /** Of the requirements that its mutants break first of all. */
  readonly family: string;
  readonly entries: readonly Mutant[];
}

const folder = join(__dirname, 'families');
const load = createRequire(__filename);
/** `.ts`, or what was compiled of it. */
const extension = extname(__filename);
const readingOrder = families.map(({ family }) => family);

/** In the order in which the requirements are read. */
export const familyFiles: readonly FamilyFile[] = readdirSync(folder, {
  recursive: true,
  encoding: 'utf8',
})
  .filter((path) => path.endsWith(extension))
  .sort()
  .map((path) => {
    const family = path.slice(0, -extension.length).replace(/\/.*$/, '').toUpperCase();
    return { path, family, ...(load(join(folder, path)) as Pick<FamilyFile, 'entries'>) };
  })
  .sort((one, other) => readingOrder.indexOf(one.family) - readingOrder.indexOf(other.family));

/** Every mutant. */
export const catalogue: readonly Mutant[] = familyFiles.flatMap(({ entries }) => entries);

/** Those that break one of its requirements. */
export function mutantsOf({ requirements }: RequirementTable): readonly Mutant[] {
  const ids = new Set(requirements.map(({ id }) => id));
  return catalogue.filter(({ breaks }) => breaks.some((id) => ids.has(id)));
}
