import { CucumberExpression } from '@cucumber/cucumber-expressions';
import type { Argument } from '@cucumber/cucumber-expressions';

type Matches = Map<string, readonly Argument[]>;

const known = new WeakMap<CucumberExpression, Matches>();
const matched = new WeakSet<object>();

/**
 * Cucumber matches the text of each step three times, twice before the run and once in it, and finds the places of its
 * parameters by a second expression: a tenth of a run. What matched once is remembered; a text that does not match is
 * refused quickly, and is not worth remembering by a hundred step definitions. The arguments are no values: these are
 * made by the world of each scenario, as before.
 */
export function matchOnce(): void {
  const { prototype } = CucumberExpression;
  if (matched.has(prototype)) return;
  matched.add(prototype);
  const match = Reflect.get(prototype, 'match');
  prototype.match = function (this: CucumberExpression, text: string) {
    const mine: Matches = known.get(this) ?? new Map<string, readonly Argument[]>();
    known.set(this, mine);
    const before = mine.get(text);
    if (before !== undefined) return before;
    const found = match.call(this, text);
    if (found !== null) mine.set(text, found);
    return found;
  };
}
