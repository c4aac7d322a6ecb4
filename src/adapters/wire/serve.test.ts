import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import type { Implementation } from '#port/implementation.ts';
import { serve } from './serve.ts';

const nothing: Implementation = {
  name: 'nothing',
  machines: async () => [],
  start: () => Promise.reject(new Error('nothing starts')),
};

async function say(line: string, implementation: Implementation = nothing): Promise<unknown> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const served = serve(implementation, input, output);
  const answered = once(output, 'data');
  input.write(`${line}\n`);
  const [chunk] = (await answered) as [Buffer];
  input.end();
  await served;
  return JSON.parse(chunk.toString());
}

function request(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
}

const refusals: readonly [what: string, line: string, error: object, id?: null][] = [
  ['nonsense', '{"id', { code: -32700, message: 'not JSON: {"id' }, null],
  ['a number', '1', { code: -32600, message: 'not a request with id and method: 1' }, null],
  ['null', 'null', { code: -32600, message: 'not a request with id and method: null' }, null],
  ['an unknown method', request('sing', {}), { code: -32601, message: 'no method sing' }],
  ['a method of Object', request('toString', {}), { code: -32601, message: 'no method toString' }],
  [
    'a missing parameter',
    request('close', { process: 1 }),
    { code: -32602, message: 'params/fd is missing; expected required property' },
  ],
  [
    'an address that is a number',
    request('ioctl', { process: 1, fd: 1, request: 1, arg: 17 }),
    { code: -32602, message: 'params/arg is 17; expected string' },
  ],
  [
    'an unknown process',
    request('close', { process: 1, fd: 1 }),
    { code: -32000, message: 'no process 1' },
  ],
  [
    'a call before start',
    request('new-process', {}),
    { code: -32000, message: 'no machine is running; call start first' },
  ],
];

for (const [what, line, error, id = 1] of refusals) {
  test(`${what} is answered with an error`, async () => {
    assert.deepEqual(await say(line), { jsonrpc: '2.0', id, error });
  });
}

test('an implementation that throws is answered with an error', async () => {
  const broken: Implementation = { ...nothing, machines: () => Promise.reject(new Error('oops')) };
  const hello = request('hello', { protocol: 2, settings: {} });
  const error = { code: -32000, message: 'oops' };
  assert.deepEqual(await say(hello, broken), { jsonrpc: '2.0', id: 1, error });
});

test('the answer to hello tells of the settings that there are', async () => {
  const settings = { layout: { takes: 'number', says: 'where memory lies' } } as const;
  const told = { ...nothing, settings: async () => settings };
  const hello = request('hello', { protocol: 2, settings: {} });
  const result = { protocol: 2, name: 'nothing', machines: [], settings };
  assert.deepEqual(await say(hello, told), { jsonrpc: '2.0', id: 1, result });
});

test('a line without end is answered with an error and forgotten', async () => {
  const line = `${'x'.repeat(17 * 1024 * 1024)}`;
  const error = { code: -32700, message: 'the line is too long' };
  assert.deepEqual(await say(line), { jsonrpc: '2.0', id: null, error });
});

test('the machine stops with the input, even one that is only starting', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let stopped = 0;
  const machine = { identity: {}, stop: async () => void stopped++ } as never;
  const start = (): Promise<never> => new Promise((resolve) => setTimeout(resolve, 20, machine));
  const served = serve({ ...nothing, start }, input, output);
  input.end(`${request('start', { machine: 'void' })}\n`);
  await served;
  assert.equal(stopped, 1);
});
