import type { FeatureFile } from './features.ts';

/** Titles of rules and scenarios: KTAP and lists print `Rule › title`, and nothing else of a scenario. */

export interface Title {
  readonly path: string;
  readonly rule: string;
  /** Of a scenario, each row of an outline counted. */
  readonly title: string;
}

/** As written: an outline has one, with its `<placeholders>`. */
export function writtenTitles({ document }: FeatureFile): string[] {
  return (document.feature?.children ?? []).flatMap(({ rule, scenario }) => [
    ...(scenario ? [scenario.name] : []),
    ...(rule ? [rule.name, ...rule.children.flatMap((child) => child.scenario?.name ?? [])] : []),
  ]);
}

/** As printed. */
export function printedTitles({ path, document, pickles }: FeatureFile): Title[] {
  const ruleOf = new Map(
    (document.feature?.children ?? []).flatMap(({ rule }) =>
      (rule?.children ?? []).map((child) => [child.scenario?.id, rule?.name] as const),
    ),
  );
  return pickles.map(({ name, astNodeIds }) => {
    return { path, rule: ruleOf.get(astNodeIds[0]) ?? '', title: name };
  });
}

/** Scenarios that a list could not tell apart. */
export function doubleTitles(titles: readonly Title[]): string[] {
  const places = new Map<string, string[]>();
  for (const { path, rule, title } of titles) {
    const full = `${rule} › ${title}`;
    places.set(full, [...(places.get(full) ?? []), path]);
  }
  return [...places]
    .filter(([, paths]) => paths.length > 1)
    .map(([full, paths]) => `${full}: ${paths.join(', ')}`);
}

/** Titles without a verb of the list; what placeholders and quotes hold does not count. */
export function titlesWithoutVerb(titles: readonly string[]): string[] {
  return titles.filter((title) => {
    const text = title.replace(/<[^>]*>|"[^"]*"/g, '');
    return !(text.match(/[a-z]+(?:-[a-z]+)*/g) ?? []).some((word) => verbs.has(word));
  });
}

/**
 * The verbs of titles, in the forms that are no nouns of this field as well: not `map`, `pin`, `read`, `answers`. A new
 * verb is added here; that one had to be thought of is the purpose.
 */
const verbs: ReadonlySet<string> = new Set(
  `aligns allow allows are asks attaches be become becomes begin begins belong belongs binds blocks came can cannot
  carries carry changes chooses claims closes come comes cost counts covers crosses cuts decides destroys detaches
  do does drops ends exceed exceeds exits fail fails fill fills find finds fit fits follow follows gave get gets give
  gives go goes has have hold holds is joins keep keeps knows lacks land lands lasts leads leave leaves lie lies lifts
  lose loses make makes matter matters may meet meets move moves munmaps must name names need needs obeys opens outlives
  overlap overlaps owns pass passes pays permits reach reaches reads reconciles refuse refuses remembers replace replaces
  reserves returns says see sees serves sets share shares shows spans splits stand stands starts stay stays stop
  stops stores succeed succeeds switches take takes tell tells took touch touches tries unbinds unmaps uses was
  were work works would writes wrote`.split(/\s+/),
);
