import { compareText } from './compare-text.ts';

/** What is known of a scenario in a result, and in the suite. */
export interface Named {
  /** Feature file, rule and title; `#2` and so on where those are not enough. */
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
}

/** The scenarios of an older list by the id that they have in a newer one. Both are in the order of their files. */
export function renames(before: readonly Named[], after: readonly Named[]): Map<string, Named> {
  const kept = idsOfBoth(before, after);
  const found = new Map<string, Named>();
  for (const { key, least } of passes) {
    const paired = new Set([...found.values()].map(({ id }) => id));
    const vanished = groups(before, key, (id) => !kept.has(id) && !paired.has(id));
    const fresh = groups(after, key, (id) => !kept.has(id) && !found.has(id));
    for (const [name, candidates] of fresh)
      pairUp(vanished.get(name) ?? [], candidates, least, found);
  }
  return found;
}

/** What both must have in common, the most telling first, and how alike they must be beyond that. */
const passes: readonly { key: (scenario: Named) => string; least: number }[] = [
  { key: ({ id, requirements }) => `${requirements.join()} ${withoutFile(id)}`, least: 0 },
  { key: ({ title, requirements }) => `${requirements.join()} ${title}`, least: 0 },
  { key: ({ requirements }) => requirements.join(), least: 0.25 },
];

function idsOfBoth(before: readonly Named[], after: readonly Named[]): Set<string> {
  const old = new Set(before.map(({ id }) => id));
  return new Set(after.map(({ id }) => id).filter((id) => old.has(id)));
}

export function fileOf(id: string): string {
  return id.split(' / ', 1)[0] ?? '';
}

function withoutFile(id: string): string {
  return id.slice(fileOf(id).length);
}

/** A scenario and where it stands: neighbours stay neighbours. */
interface Candidate {
  readonly scenario: Named;
  readonly words: ReadonlyMap<string, number>;
}

function groups(
  scenarios: readonly Named[],
  key: (scenario: Named) => string,
  isOpen: (id: string) => boolean,
): Map<string, Candidate[]> {
  const found = new Map<string, Candidate[]>();
  for (const scenario of scenarios.filter(({ id }) => isOpen(id))) {
    const members = found.get(key(scenario)) ?? [];
    found.set(key(scenario), [...members, { scenario, words: wordsOf(scenario.id) }]);
  }
  return found;
}

interface Pair {
  readonly old: Named;
  readonly now: Named;
  readonly likeness: number;
  /** How far the two are apart, each counted in its own list. */
  readonly distance: number;
}

/** Each with the one most like it, the most alike first. */
function pairUp(
  vanished: readonly Candidate[],
  fresh: readonly Candidate[],
  least: number,
  found: Map<string, Named>,
): void {
  const pairs = vanished.flatMap((old, m) => fresh.map((now, n) => pairOf(old, now, m - n)));
  const taken = new Set<Named>();
  for (const { old, now, likeness } of pairs.sort(mostAlikeFirst)) {
    if (likeness < least || taken.has(old) || taken.has(now)) continue;
    taken.add(old).add(now);
    found.set(now.id, old);
  }
}

function pairOf(old: Candidate, now: Candidate, apart: number): Pair {
  const likeness = likenessOf(old.words, now.words);
  return { old: old.scenario, now: now.scenario, likeness, distance: Math.abs(apart) };
}

function mostAlikeFirst(a: Pair, b: Pair): number {
  return (
    b.likeness - a.likeness ||
    a.distance - b.distance ||
    compareText(a.old.id, b.old.id) ||
    compareText(a.now.id, b.now.id)
  );
}

/** How often each word occurs. Values stay when sentences change: numbers and names in capitals weigh more. */
function wordsOf(text: string): Map<string, number> {
  const words = new Map<string, number>();
  for (const word of text.split(/[^\w]+/).filter((part) => part !== '')) {
    words.set(word, (words.get(word) ?? 0) + (/[\dA-Z]/.test(word) ? valueWeight : 1));
  }
  return words;
}

const valueWeight = 3;

/** From 0, no word in common, to 1: the coefficient of Dice. */
function likenessOf(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const common = [...a].map(([word, weight]) => Math.min(weight, b.get(word) ?? 0));
  return (2 * sum(common)) / sum([...a.values(), ...b.values()]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
