import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeProblem } from './check-node.ts';

test('an old Node is refused in a sentence', () => {
  assert.equal(
    nodeProblem('18.20.1', '20.19.0'),
    'Node 18.20.1 is too old; 20.19.0 or newer is needed',
  );
  assert.notEqual(nodeProblem('20.18.9', '20.19.0'), undefined);
});

test('this one and newer ones are not', () => {
  for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) {
    assert.equal(nodeProblem(version, '20.19.0'), undefined, version);
  }
});
