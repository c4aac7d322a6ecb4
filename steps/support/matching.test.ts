import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CucumberExpression, ParameterTypeRegistry } from '@cucumber/cucumber-expressions';

import { matchOnce } from './matching.ts';

test('a text is matched once, its value is made anew for each world', () => {
  matchOnce();
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

test('it is the expressions of cucumber itself that remember', () => {
  const place = require.resolve('@cucumber/cucumber');
  const theirs = require.resolve('@cucumber/cucumber-expressions', { paths: [place] });
  assert.equal(theirs, require.resolve('@cucumber/cucumber-expressions'));
});
