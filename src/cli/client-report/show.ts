import type { Paint } from '../style.ts';
import { table } from '../table.ts';
import type { CallSummary, ClientSummary } from './client-report.ts';

/** Of a line of ids or names. */
const WIDTH = 110;

/** The same for a terminal. */
export function showClient(summary: ClientSummary, paint: Paint): string {
  const { calls, beside, families, notCalled } = summary;
  const rows = calls.map((each) => [each.name, String(each.calls), ...cellsOf(each)]);
  const heading = ['call', 'calls', 'results', 'flags', 'fields', 'requirements'];
  const counts = Object.entries(families).map(
    ([family, { touched, of }]) => `${family} ${touched}/${of}`,
  );
  return [
    paint('bold', 'What the program touched of the user API (touched, not tested: whether it'),
    paint('bold', 'looks at what it got nobody knows):'),
    '',
    table([heading, ...rows], paint),
    '',
    ...calls.flatMap(({ name, requirements }) => listed(name, shortened(requirements))),
    ...listed('between calls: devices, interrupts, the end of a process', shortened(beside)),
    ...listed('requirements by family, of how many', counts),
    ...listed('not called', notCalled),
  ].join('\n');
}

function cellsOf({ results, flags, fields, requirements }: CallSummary): string[] {
  const ended = Object.entries(results).map(([result, count]) => `${count} ${result}`);
  return [ended.join(', '), flags.join(' '), String(fields.length), String(requirements.length)];
}

/** `IOAS-MAP-01 02 03`, `PIN-04`. */
function shortened(ids: readonly string[]): string[] {
  let before = '';
  return ids.map((id) => {
    const [, family = id, number = ''] = /^(.*)-(\d+)$/.exec(id) ?? [];
    const short = family === before ? number : id;
    before = family;
    return short;
  });
}

/** A heading, and below it words in lines. */
function listed(heading: string, words: readonly string[]): string[] {
  if (words.length === 0) return [];
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return [`${heading}:`, ...lines.map((line) => `  ${line}`)];
}
