import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(__dirname, '../../..');
const program = join(root, 'examples/adapter-python/iommufd_adapter.py');
const python = spawnSync('python3', ['--version']).status === 0;

test('the conversation in docs/wire-protocol.md is a real one', { skip: !python }, () => {
  const lines = readFileSync(join(root, 'docs/wire-protocol.md'), 'utf8').split('\n');
  const said = (mark: string): string[] =>
    lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  const requests = said('→ ');
  assert.ok(requests.length > 10);
  const { stdout } = spawnSync('python3', [program], { input: `${requests.join('\n')}\n` });
  const answers = stdout.toString().trim().split('\n');
  const values = (all: readonly string[]): unknown[] =>
    all.map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(values(answers), values(said('← ')));
});
