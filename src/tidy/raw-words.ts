import type { Background, Examples, Scenario, Step } from '@cucumber/messages';

import type { FeatureFile } from './features.ts';

/** Where the number itself is the subject. */
const numbers = 'features/uapi/';
/** Where small ones may stand: ids that hardware and guests give to things, and places in the registers of a device. */
const smallNumbers = /^features\/(uapi|hardware|vfio\/pci)\//;
const isOfReservedBits = /reserved|unknown (command|opcode)/i;

/** A scenario, or a background, with the titles that it is under. */
interface Passage {
  readonly titles: readonly string[];
  readonly part: Background | Scenario;
}

function passages({ document }: FeatureFile): Passage[] {
  return (document.feature?.children ?? []).flatMap(({ rule, background, scenario }) => {
    const children = rule?.children ?? [{ background, scenario }];
    return children
      .flatMap((child) => child.background ?? child.scenario ?? [])
      .map((part) => ({ titles: [rule?.name ?? '', part.name], part }));
  });
}

/** Step texts and the cells below them, each with the title of its Examples. */
function* textsOf(part: Background | Scenario): Generator<readonly [text: string, title: string]> {
  for (const step of part.steps) for (const text of textsOfStep(step)) yield [text, ''];
  for (const examples of 'examples' in part ? part.examples : []) {
    for (const text of cellsOf(examples)) yield [text, examples.name];
  }
}

function textsOfStep({ text, dataTable }: Step): string[] {
  const rows = dataTable?.rows ?? [];
  return [text, ...rows.flatMap(({ cells }) => cells.map(({ value }) => value))];
}

function cellsOf({ tableBody }: Examples): string[] {
  return tableBody.flatMap(({ cells }) => cells.map(({ value }) => value));
}

/**
 * Hexadecimal numbers that nobody can read: words of more than 4 digits, which the names of their fields or a size tell
 * better, and all of them where things have names. They may stand in the examples of a title that speaks of reserved bits.
 */
export function rawWords(file: FeatureFile): string[] {
  if (file.path.startsWith(numbers)) return [];
  const isRaw = smallNumbers.test(file.path) ? /\b0x[0-9a-f_]{5,}/i : /\b0x[0-9a-f]/i;
  return passages(file).flatMap(({ titles, part }) =>
    [...textsOf(part)]
      .filter(
        ([text, title]) => isRaw.test(text) && !isOfReservedBits.test([...titles, title].join()),
      )
      .map(([text]) => `${file.path}: ${part.name}: ${text}`),
  );
}
