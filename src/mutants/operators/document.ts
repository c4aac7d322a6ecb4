import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { table } from '#conformance/markdown.ts';

import { change, folderOf } from './mutation.ts';
import { scoreTable, type Measured, type Measurement } from './record.ts';

/** The part of docs/mutants.md that tells what was measured by operator. */

const folder = join(__dirname, 'measurements');

const introduction = `## By operator

Bugs that nobody thought of: \`npm run mutants -- --by-operator\` makes every change to the kernel and the hardware of the
reference that an operator makes (\`<\` for \`<=\`, \`true\` for a condition, no body of a function), switches them on one after
the other, and runs the scenarios that reach each, up to the first that fails; one that looks at a device on a machine of
each kind of IOMMU. Each has one of the 16 kinds of memory layout, always the same. **killed**: a step saw it. **crashed**: an exception inside the reference, as an oops of a
kernel. **timed out**: it did not come back. **not reached**: no scenario gets there, which counts as a survivor. What no
program and no device can tell apart stands in \`src/mutants/operators/equivalents/\`, with a reason, and does not count;
the 200 scenarios that are likeliest to tell have a look at it. The reference's own check of what it left in memory kills
nobody. Texts, and what is done once when the program is loaded, are left out.
`;

export function byOperatorDocument(): string {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const measurements = files.sort().map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return section(JSON.parse(text) as Measurement, file);
  });
  return [introduction, ...measurements].join('\n');
}

function section(measurement: Measurement, file: string): string {
  const { folders, sample, scenarios, commit, made, scores, alive } = measurement;
  const where = folders.length === 0 ? 'the whole reference' : folders.join(', ');
  const what = sample === undefined ? 'All' : `A sample of ${sample.size}, seed ${sample.seed}`;
  const rows = scoreTable(scores).map((cells) => cells);
  return [
    `### ${what}: ${where}`,
    '',
    `${scenarios} scenarios, commit ${commit}. ${made.total} mutants could be made; left out: ${made.strings} of texts, ` +
      `${made.assertions} of assertions, ` +
      `${made.static} static. Again:`,
    '',
    ['```sh', command(measurement, file), '```'].join('\n'),
    '',
    table(rows),
    ...survivors(alive),
  ].join('\n');
}

function command({ folders, sample }: Measurement, file: string): string {
  const where = folders.length === 0 ? '' : ` --folder ${folders.join(' ')}`;
  const size = sample === undefined ? '' : ` --sample ${sample.size} --seed ${sample.seed}`;
  const result = `src/mutants/operators/measurements/${file}`;
  return `npm run mutants -- --by-operator${where}${size} --result ${result}`;
}

/** Folded, as there may be hundreds. */
function survivors(alive: readonly Measured[]): string[] {
  const folders = [...new Set(alive.map(folderOf))].sort();
  return folders.flatMap((name) => {
    const own = alive.filter((mutant) => folderOf(mutant) === name);
    const summary = `<details><summary>${name}: ${own.length} that no scenario finds</summary>`;
    return [summary, '', ...own.map(line), '', '</details>', ''];
  });
}

function line(mutant: Measured): string {
  const { file, where, end, requirements } = mutant;
  const place = `\`${file.replace(/^.*\//, '')}:${mutant.line}\` ${where}`;
  const reached = end === 'not reached' ? ' (not reached)' : '';
  const code = change(mutant).replaceAll('`', "'");
  return `- ${place}: \`${code}\`${reached} ${requirements.join(', ')}`.trimEnd();
}
