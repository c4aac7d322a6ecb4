import type {
  GherkinDocument,
  Pickle,
  PickleStepArgument,
  Rule,
  RuleChild,
  Step,
} from '@cucumber/messages';

import { needsOf, requirementsOf } from '#conformance/tags.ts';
import type { Tag } from '#conformance/tags.ts';

/** A scenario, or one row of an outline, as the feature file has it. */
export interface Scenario {
  /**
   * The same in every run: feature file, rule and title; `#2` and so on where those are not enough; `@machine` where it
   * runs on several.
   */
  readonly id: string;
  /** The one that this run of it was for, where it runs on several. */
  readonly machine?: string;
  readonly uri: string;
  readonly line: number;
  /** Of the feature file, below the last `features/`: `iommufd`. */
  readonly folder: string;
  readonly feature: string;
  readonly rule?: string;
  readonly title: string;
  readonly tags: readonly Tag[];
  readonly requirements: readonly string[];
  readonly needs: readonly string[];
  /** By pickle step id. */
  readonly steps: ReadonlyMap<string, StepText>;
}

/** A scenario of a file, not yet of a run. */
export type PlannedScenario = Omit<Scenario, 'steps'>;

/** As lists print it: what holds, the example of it, and where. */
export function fullTitle({ rule, title, machine }: TitleParts): string {
  return inPlace(rule === undefined ? title : `${rule} › ${title}`, machine);
}

type TitleParts = Pick<Scenario, 'rule' | 'title' | 'machine'>;

/** A title, or an id, of a scenario on one of several machines. */
export function inPlace(name: string, machine: string | undefined): string {
  return machine === undefined ? name : `${name}@${machine}`;
}

/** The scenario as it runs on one of several machines. */
export function placed<S extends PlannedScenario>(scenario: S, machine: string | undefined): S {
  if (machine === undefined) return scenario;
  return { ...scenario, id: inPlace(scenario.id, machine), machine };
}

/** A scenario in a list of them. */
export function listed(scenario: TitleParts & Pick<Scenario, 'uri' | 'line'>): string {
  return `${scenario.uri}:${scenario.line} ${fullTitle(scenario)}`;
}

export interface StepText {
  /** `Given`, `When`, … as written, without the blank. */
  readonly keyword: string;
  readonly text: string;
  /** The doc string, or the table as Gherkin writes it. */
  readonly argument?: string;
}

interface Place {
  readonly feature: string;
  readonly rule?: Rule;
}

/** Recognises the scenarios of a run from the messages that come before it: documents first, then their pickles. */
export class ScenarioReader {
  readonly #places = new Map<string, Place>();
  readonly #steps = new Map<string, Step>();
  readonly #tagLines = new Map<string, number>();
  readonly #titles = new Map<string, number>();

  addDocument({ feature }: GherkinDocument): void {
    if (!feature) return;
    this.#addTags(feature.tags);
    for (const child of feature.children) {
      this.#addChild(child, { feature: feature.name });
      if (child.rule) this.#addRule(child.rule, feature.name);
    }
  }

  /** Pickles of a file must come in their order there, all of them. */
  read(pickle: Pickle): Scenario {
    const place = this.#places.get(pickle.astNodeIds[0] ?? '');
    const rule = place?.rule?.name;
    const tags = pickle.tags.map(({ name, astNodeId }) => ({
      name,
      uri: pickle.uri,
      line: this.#tagLines.get(astNodeId) ?? 0,
    }));
    const names = tags.map(({ name }) => name);
    return {
      id: this.#idOf(pickle, rule),
      uri: pickle.uri,
      line: pickle.location?.line ?? 0,
      folder: folderOf(pickle.uri),
      feature: place?.feature ?? '',
      ...(rule !== undefined && { rule }),
      title: pickle.name,
      tags,
      requirements: requirementsOf(names),
      needs: needsOf(names),
      steps: this.#stepsOf(pickle),
    };
  }

  #addRule(rule: Rule, feature: string): void {
    this.#addTags(rule.tags);
    for (const child of rule.children) this.#addChild(child, { feature, rule });
  }

  #addChild(child: RuleChild, at: Place): void {
    for (const step of [...(child.background?.steps ?? []), ...(child.scenario?.steps ?? [])]) {
      this.#steps.set(step.id, step);
    }
    if (!child.scenario) return;
    this.#places.set(child.scenario.id, at);
    this.#addTags(child.scenario.tags);
    for (const { tags } of child.scenario.examples) this.#addTags(tags);
  }

  #addTags(tags: readonly { id: string; location: { line: number } }[]): void {
    for (const { id, location } of tags) this.#tagLines.set(id, location.line);
  }

  #idOf(pickle: Pickle, rule: string | undefined): string {
    const name = [pickle.uri, rule, pickle.name].filter((part) => part !== undefined).join(' / ');
    const occurrence = (this.#titles.get(name) ?? 0) + 1;
    this.#titles.set(name, occurrence);
    return occurrence === 1 ? name : `${name} #${occurrence}`;
  }

  #stepsOf(pickle: Pickle): Map<string, StepText> {
    return new Map(
      pickle.steps.map(({ id, text, argument, astNodeIds }) => {
        const keyword = this.#steps.get(astNodeIds[0] ?? '')?.keyword.trim() ?? '';
        return [id, { keyword, text, ...(argument && { argument: showArgument(argument) }) }];
      }),
    );
  }
}

/** Of a feature file, below the last `features/`: `iommufd`. */
export function folderOf(uri: string): string {
  const folders = uri.replaceAll('\\', '/').split('/').slice(0, -1);
  return folders.slice(folders.lastIndexOf('features') + 1).join('/') || '.';
}

function showArgument({ docString, dataTable }: PickleStepArgument): string {
  if (docString) return docString.content;
  const rows = (dataTable?.rows ?? []).map(({ cells }) => cells.map(({ value }) => value));
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) => `| ${row.map((value, i) => value.padEnd(widths[i] ?? 0)).join(' | ')} |`)
    .join('\n');
}
