/** A whole-text pattern in which `*` stands for any text, as in `IOAS-CHANGE-*`. */
export function pattern(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/**
 * The requirement ids that a word of `--only` or of a known-failures file means: an id, a glob, or a family (`IOAS-MAP`
 * is `IOAS-MAP-*`, but not `IOAS-MAP-FILE-*`).
 */
export function matchIds(word: string, ids: Iterable<string>): string[] {
  const upper = word.toUpperCase();
  const exact = pattern(upper);
  const family = pattern(`${upper}-*`);
  return [...ids].filter((id) => exact.test(id) || (family.test(id) && familyOf(id) === upper));
}

/** `IOAS-MAP` of `IOAS-MAP-14`. */
export function familyOf(id: string): string {
  return id.slice(0, id.lastIndexOf('-'));
}
