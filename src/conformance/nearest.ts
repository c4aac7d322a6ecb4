import { distance } from 'fastest-levenshtein';

/** The candidates that look most like a mistyped word, best first. */
export function nearest(word: string, candidates: Iterable<string>, limit = 3): string[] {
  return [...candidates]
    .map((candidate) => ({ candidate, distance: distance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** `; nearest: "a", "b"`, or nothing where there is no candidate. */
export function nearestHint(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates);
  return found.length === 0 ? '' : `; nearest: ${found.map((one) => `"${one}"`).join(', ')}`;
}
