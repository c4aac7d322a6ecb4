import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';

import { implementation } from './command.ts';

const serve = `${process.execPath} --require ts-node/register src/cli/main.ts serve`;
const command = `${serve} --adapter reference`;

test('a program that declares its settings is told them, and not how it was started', async () => {
  const given = { command, layout: '2' };
  const known = await implementation.settings?.(given);
  deepEqual(Object.keys(known ?? {}), ['command', 'layout']);
  ok((await implementation.machines(given)).length > 0);
});
