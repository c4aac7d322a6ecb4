import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CucumberExpression, ParameterTypeRegistry } from '@cucumber/cucumber-expressions';

import { matchOnce } from './matching.ts';

const original = CucumberExpression.prototype.match;

matchOnce();

test('a text is matched once, its value is made anew for each world', () => {
  const expression = new CucumberExpression('it has {int} page(s)', new ParameterTypeRegistry());
  const first = expression.match('it has 3 pages');
  assert.equal(expression.match('it has 3 pages'), first);
  assert.deepEqual(
    first?.map((argument) => argument.getValue({})),
    [3],
  );
  assert.equal(expression.match('it has no page'), null);
  assert.equal(expression.match('it has 4 pages')?.[0]?.getValue({}), 4);
});

/** Expressions in which the words vary, with texts that match and others that only begin alike. */
const cases: readonly (readonly [expression: string, texts: readonly string[]])[] = [
  ['nothing has changed', ['nothing has changed', 'nothing has changed at all', 'nothing']],
  ['it maps/unmaps {int} page(s)', ['it maps 1 page', 'it unmaps 2 pages', 'it mapsit', 'it map']],
  ['a(n) {word} of {int}', ['an ape of 3', 'a dog of 4', 'dog of 4']],
  ['{int} or {string}', ['3 or "four"', '3 or four', 'or']],
  ['it \\{is\\} {int}', ['it {is} 3', 'it is 3']],
];

test('what matches, where and with which values is what cucumber finds', () => {
  for (const [source, texts] of cases) {
    for (const text of texts) {
      const registry = new ParameterTypeRegistry();
      const found = (match: CucumberExpression['match']): unknown => {
        try {
          return JSON.stringify(match.call(new CucumberExpression(source, registry), text));
        } catch (error) {
          return String(error);
        }
      };
      assert.equal(
        found(CucumberExpression.prototype.match),
        found(original),
        `${source}: ${text}`,
      );
    }
  }
});

test('it is the expressions of cucumber itself that remember', () => {
  const place = require.resolve('@cucumber/cucumber');
  const theirs = require.resolve('@cucumber/cucumber-expressions', { paths: [place] });
  assert.equal(theirs, require.resolve('@cucumber/cucumber-expressions'));
});
