import { nearestHint } from './nearest.ts';
import type { Outcome } from './outcome.ts';
import { matchIds, pattern } from './pattern.ts';

/** One line of a known-failures file. */
export interface Expectation {
  /** As written: `IOAS-CHANGE-*`, `IOAS-MAP-14@smmuv3 / a map that would cover *`, `broken: PIN-03`. */
  readonly text: string;
  readonly ids: string;
  /** Only on machines with this name, of a scenario that runs on several. */
  readonly machine?: string;
  /** Only scenarios with this title; `*` stands for any text. */
  readonly title?: string;
  /** `broken`: also a scenario in which the implementation dies, hangs or complains is a known failure. */
  readonly expects: 'fail' | 'broken';
  /** The comment above the block. */
  readonly reason: string;
  readonly file: string;
  readonly line: number;
}

export interface ExpectationFile {
  readonly expectations: readonly Expectation[];
  /** One sentence each, starting with `file:line`. */
  readonly problems: readonly string[];
}

const brokenPrefix = /^broken:\s*/;

/**
 * Reads a known-failures file: blocks that an empty line separates, each a comment that says why, then patterns on
 * requirement ids, one a line.
 */
export function parseExpectations(text: string, file: string): ExpectationFile {
  const expectations: Expectation[] = [];
  const problems: string[] = [];
  let comment: string[] = [];
  let inPatterns = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.trim();
    const line = index + 1;
    if (content === '' || (content.startsWith('#') && inPatterns)) {
      comment = [];
      inPatterns = false;
    }
    if (content === '') continue;
    if (content.startsWith('#')) {
      comment.push(content.replace(/^#+\s*/, ''));
      continue;
    }
    inPatterns = true;
    const reason = comment.join(' ').trim();
    if (reason === '') problems.push(`${file}:${line}: "${content}" has no reason above it`);
    expectations.push({ ...parsePattern(content), text: content, reason, file, line });
  }
  return { expectations, problems };
}

function parsePattern(content: string): Pick<Expectation, 'ids' | 'machine' | 'title' | 'expects'> {
  const expects = brokenPrefix.test(content) ? 'broken' : 'fail';
  const [place = '', ...title] = content.replace(brokenPrefix, '').split(' / ');
  const [ids = '', machine] = place.trim().split('@');
  return {
    ids,
    expects,
    ...(machine !== undefined && { machine }),
    ...(title.length > 0 && { title: title.join(' / ').trim() }),
  };
}

/** What an expectation is held against. */
export interface Expectable {
  readonly title: string;
  readonly requirements: readonly string[];
  /** Where it runs on several, and has run. */
  readonly machine?: string;
}

/** One sentence for each expectation that speaks of no requirement, or of no scenario of the suite. */
export function staleExpectations(
  expectations: readonly Expectation[],
  requirements: ReadonlySet<string>,
  scenarios: readonly Expectable[],
): string[] {
  return expectations.flatMap((expectation) => {
    const { file, line, text, ids } = expectation;
    if (matchIds(ids, requirements).length === 0) {
      const hint = ids.includes('*') ? '' : nearestHint(ids, requirements);
      return [`${file}:${line}: "${text}" matches no requirement${hint}`];
    }
    const used = scenarios.some((scenario) => matches(expectation, scenario));
    return used ? [] : [`${file}:${line}: "${text}" matches no scenario`];
  });
}

function matches({ ids, machine, title }: Expectation, scenario: Expectable): boolean {
  if (matchIds(ids, scenario.requirements).length === 0) return false;
  return isLike(machine, scenario.machine) && isLike(title, scenario.title);
}

/** Whoever says nothing excludes nothing. */
function isLike(wanted: string | undefined, name: string | undefined): boolean {
  return wanted === undefined || name === undefined || pattern(wanted).test(name);
}

/** Turns fail into known-failure and pass into unexpected-pass where an expectation says so. */
export function expected(
  outcome: Outcome,
  scenario: Expectable,
  expectations: readonly Expectation[],
): Outcome {
  const known = expectations.filter((expectation) => matches(expectation, scenario));
  const [first] = known;
  if (!first) return outcome;
  if (outcome.kind === 'pass') {
    const reason = `${first.file}:${first.line} expects a failure: ${first.reason}`;
    return { kind: 'unexpected-pass', reason };
  }
  const covering = known.find(({ expects }) => expects === 'broken') ?? first;
  const covered =
    outcome.kind === 'fail' ||
    (outcome.kind === 'broken' && outcome.by === 'implementation' && covering.expects === 'broken');
  return covered ? { kind: 'known-failure', reason: covering.reason } : outcome;
}
