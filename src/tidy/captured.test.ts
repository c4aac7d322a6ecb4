import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unusedCaptures } from './captured.ts';
import { filesBelow } from './files.ts';

/** `process "helper" binds …` that `it` carries out would be a lie: a step uses each parameter that it captures. */

test('a step that leaves a parameter out is found', () => {
  const bad = `
    When('{process} binds {device}', async function (_process, device) {});
    When(
      '{process} moves {access} to {ioas}',
      async function (process, { name: _name, fd }, ioas) {},
    );
    Then('{size} of {buffer} carry {int} pin(s) each', async function (length, { handle }, pins) {});
  `;
  assert.deepEqual(unusedCaptures({ path: 'bad.steps.ts', text: bad }), [
    'bad.steps.ts: {process} binds {device}',
    'bad.steps.ts: {process} moves {access} to {ioas}',
  ]);
});

test('a step uses each parameter that it captures', () => {
  assert.deepEqual(filesBelow('steps', '.steps.ts').flatMap(unusedCaptures), []);
});
