import { Argument, CucumberExpression } from '@cucumber/cucumber-expressions';

/** What cucumber knows of an expression besides its text, which is nobody else's business as yet. */
interface Innards {
  readonly treeRegexp: {
    readonly groupBuilder: {
      build: (
        match: RegExpExecArray,
        nextIndex: () => number,
      ) => Parameters<typeof Argument.build>[0];
    };
  };
  readonly parameterTypes: Parameters<typeof Argument.build>[1];
}

/** Of one expression. */
class Matcher {
  readonly #expression: CucumberExpression;
  /** What a text has to begin with: the words before the first in which anything may vary. */
  readonly #beginning: string;
  readonly #known = new Map<string, readonly Argument[]>();
  #regexp: RegExp | undefined;

  constructor(expression: CucumberExpression) {
    this.#expression = expression;
    const [fixed = ''] = expression.source.split(/[{(/\\]/, 1);
    const isWhole = fixed.length === expression.source.length;
    this.#beginning = isWhole ? fixed : fixed.slice(0, fixed.lastIndexOf(' ') + 1);
  }

  match(text: string): readonly Argument[] | null {
    if (!text.startsWith(this.#beginning)) return null;
    const before = this.#known.get(text);
    if (before !== undefined) return before;
    const found = this.#find(text);
    if (found !== null) this.#known.set(text, found);
    return found;
  }

  #find(text: string): readonly Argument[] | null {
    const { source, flags } = this.#expression.regexp;
    this.#regexp ??= new RegExp(source, `${flags}d`);
    const match = this.#regexp.exec(text);
    if (match === null) return null;
    const { treeRegexp, parameterTypes } = this.#expression as unknown as Innards;
    let index = 0;
    const group = treeRegexp.groupBuilder.build(match, () => index++);
    return Argument.build(group, parameterTypes);
  }
}

const matchers = new WeakMap<CucumberExpression, Matcher>();

/**
 * Cucumber matches the text of each step with a hundred expressions three times, twice before the run and once in it, and
 * finds the places of its parameters by an expression of its own, as it still does without what Node has for it: a tenth
 * of a run. Here what begins otherwise is refused before any expression is compiled, and what matched once is
 * remembered. The arguments are no values: these are made by the world of each scenario, as before.
 */
export function matchOnce(): void {
  CucumberExpression.prototype.match = function (this: CucumberExpression, text: string) {
    let matcher = matchers.get(this);
    if (matcher === undefined) matchers.set(this, (matcher = new Matcher(this)));
    return matcher.match(text);
  };
}
