import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';

import { instrument, type Instrumented } from '#mutants/operators/instrument.ts';
import type { PlannedScenario } from '#report/scenario.ts';
import { writeWhole } from '#report/write-whole.ts';

import { Problem } from '../problem.ts';
import { root } from '../version.ts';

/** What is mutated: kernel and hardware, not what puts them together. */
const floors = ['kernel', 'hardware'];
const reference = 'src/reference';

export interface Program {
  /** Where it is kept, with what was found out about it: below reports/. */
  readonly folder: string;
  readonly mutations: Instrumented['mutations'];
  readonly strings: number;
}

/** Source files below these, which are files or folders below src/reference; all when there are none. */
export function sourcesIn(wanted: readonly string[]): string[] {
  const all = floors.flatMap((floor) => filesBelow(join(reference, floor)));
  const sources = all.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const places = wanted.map((place) =>
    posix.normalize(place).replace(/^src\/reference\/|\/$/g, ''),
  );
  const isIn = (file: string, place: string): boolean =>
    file === `${reference}/${place}` || file.startsWith(`${reference}/${place}/`);
  const empty = places.find((place) => !sources.some((file) => isIn(file, place)));
  if (empty !== undefined)
    throw new Problem(
      `there is no source file ${reference}/${empty}`,
      `name files or folders below ${reference}, of ${floors.join(' or ')}`,
    );
  return sources.filter((file) => places.length === 0 || places.some((each) => isIn(file, each)));
}

/** Instrumented, or taken from the last time where nothing has changed since. */
export async function programOf(
  sources: readonly string[],
  scenarios: readonly PlannedScenario[],
  reports: string,
): Promise<Program> {
  const folder = join(reports, 'by-operator', fingerprint(sources, scenarios));
  mkdirSync(folder, { recursive: true });
  const kept = join(folder, 'mutations.json');
  if (!existsSync(kept)) {
    const { sources: texts, ...rest } = await instrument(sources);
    writeWhole(join(folder, 'sources.json'), JSON.stringify(Object.fromEntries(texts)));
    writeWhole(kept, JSON.stringify(rest));
  }
  const found = JSON.parse(readFileSync(kept, 'utf8')) as Omit<Program, 'folder'>;
  return { folder, ...found };
}

/** Of what is mutated, and of all that decides which scenario fails. */
function fingerprint(sources: readonly string[], scenarios: readonly PlannedScenario[]): string {
  const hash = createHash('sha256').update(sources.join('\n'));
  for (const { id } of scenarios) hash.update(id);
  for (const file of ['src', 'steps', 'features'].flatMap(filesBelow)) {
    if (/\.test\.ts$|^src\/(cli|mutants|random|report|tidy|lab)\//.test(file)) continue;
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
