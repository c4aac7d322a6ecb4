/** The requirements that a text names; `IOAS-MAP-10 12 13` names three. */
export function idsInText(text: string): Set<string> {
  const ids = new Set<string>();
  for (const [, family = '', numbers = ''] of text.matchAll(
    /\b([A-Z]+(?:-[A-Z][A-Z0-9]*)*)-(\d\d(?:,? (?:and )?\d\d\b)*)/g,
  )) {
    for (const [number] of numbers.matchAll(/\d\d/g)) ids.add(`${family}-${number}`);
  }
  return ids;
}
