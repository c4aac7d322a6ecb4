import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

import { instrument, type Instrumented } from '#mutants/operators/instrument.ts';
import type { PlannedScenario } from '#report/scenario.ts';
import { writeWhole } from '#report/write-whole.ts';

import { filesBelow } from '../../tidy/files.ts';
import { Problem } from '../problem.ts';

/** What is mutated: kernel and hardware, not what puts them together. */
const floors = ['kernel', 'hardware'];
const reference = 'src/reference';

export interface Program {
  /** Where it is kept, with what was found out about it: below reports/. */
  readonly folder: string;
  readonly mutations: Instrumented['mutations'];
  readonly strings: number;
  readonly assertions: number;
}

/** Source files below these, which are files or folders below src/reference; all when there are none. */
export function sourcesIn(wanted: readonly string[]): string[] {
  const all = floors.flatMap((floor) => filesBelow(`${reference}/${floor}`, '.ts'));
  const sources = all.map(({ path }) => path).filter((path) => !path.endsWith('.test.ts'));
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
  for (const { path, text } of ['src', 'steps', 'features'].flatMap((top) => filesBelow(top, ''))) {
    if (/\.test\.ts$|^src\/(cli|mutants|random|report|tidy|lab)\//.test(path)) continue;
    hash.update(path).update(text);
  }
  return hash.digest('hex').slice(0, 16);
}
