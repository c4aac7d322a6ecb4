import assert from 'node:assert/strict';
import { test } from 'node:test';

import { documents, isCurrent } from './docs.ts';

for (const document of documents) {
  test(`${document.path} is what npm run docs writes`, () => {
    assert.ok(isCurrent(document), 'run npm run docs and commit the result');
  });
}
