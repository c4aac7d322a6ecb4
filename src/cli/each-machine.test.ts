import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';

import { machinesFor } from './each-machine.ts';
import { conformance, resultIn } from './fixtures/conformance.ts';
import { filesBelow } from '../tidy/files.ts';

const device = firstOf('features/dma/access-rights.feature');
const elsewhere = firstOf('features/iommufd/ioas/alloc.feature');

/** The first scenario of a file, as a path with its line. */
function firstOf(path: string): string {
  const found = filesBelow('features', '.feature').find((file) => file.path === path);
  assert.ok(found, path);
  const line = found.text.split('\n').findIndex((text) => /^ +Scenario/.test(text));
  return `${path}:${line + 1}`;
}

function run(...parameters: string[]): string {
  const folder = temporaryFolder();
  const { code, output } = conformance(['run', '--no-html', '--reports', folder, ...parameters]);
  assert.equal(code, 0, output);
  return join(folder, 'reference');
}

/** Of the scenarios of this file, each once. */
function machinesIn(folder: string, path: string): (string | undefined)[] {
  const [file = ''] = path.split(':');
  const { scenarios } = resultIn(folder);
  const found = scenarios
    .filter(({ location }) => location.startsWith(file))
    .map(({ id, machine }) => {
      assert.equal(machine !== undefined, machine !== undefined && id.endsWith(`@${machine}`), id);
      return machine;
    });
  return [...new Set(found)].sort();
}

test('what looks at a device has a result on a machine of each kind, anything else has one', () => {
  const folder = run(device, elsewhere);
  const kinds = ['amd-iommu', 'smmuv3', 'virtio-iommu', 'vt-d', 'vt-d-nested'];
  assert.deepEqual(machinesIn(folder, device), kinds);
  assert.deepEqual(machinesIn(folder, elsewhere), [undefined]);
  for (const file of ['result.ktap', 'junit.xml']) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const kind of kinds) assert.match(text, new RegExp(`@${kind}\\b`), file);
  }
});

test('--first-machine and --machine name one', () => {
  assert.deepEqual(machinesIn(run(device, '--first-machine'), device), ['vt-d']);
  assert.deepEqual(machinesIn(run(device, '--machine', 'smmuv3'), device), ['smmuv3']);
});

test('what a device answers for itself has one result', () => {
  const places = ['vt-d', 'smmuv3'].map((iommu) => {
    return { name: iommu, iommu, features: ['vfio-device', 'device'] as const };
  });
  const machines = (...names: string[]): readonly (string | undefined)[] =>
    machinesFor(
      names.map((name) => ({ name })),
      { places, firstOnly: false },
    );
  assert.deepEqual(machines('@needs:vfio-device'), ['vt-d', 'smmuv3']);
  assert.deepEqual(machines('@any-iommu', '@needs:vfio-device'), [undefined]);
});
