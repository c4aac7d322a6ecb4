import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import type { Result } from '#report/result.ts';

import type { ClientSummary } from '../client-report/client-report.ts';
import { root } from '../version.ts';

/** `npm pack`, and what it makes, installed in an empty folder: a stage of `npm run nightly`, and of `.ci/run`. */

const folder = temporaryFolder();
const user = join(folder, 'user');

const client = `
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	uint32_t alloc[3] = { sizeof(alloc) };
	int fd = open("/dev/iommu", O_RDWR);

	if (fd < 0 || ioctl(fd, 0x3b81, alloc) != 0)
		return 1;
	printf("IOAS %u, %s\\n", alloc[2], argv[1]);
	return 7;
}
`;

function packed(): { readonly file: string; readonly names: readonly string[] } {
  const args = ['pack', '--json', '--pack-destination', folder];
  const told = execFileSync('npm', args, { cwd: root, encoding: 'utf8' });
  const [{ filename, files } = { filename: '', files: [] }] = JSON.parse(told) as {
    filename: string;
    files: { path: string }[];
  }[];
  return { file: join(folder, filename), names: files.map(({ path }) => path) };
}

/** As in a terminal of somebody who has installed it. */
function type(...words: readonly string[]): { code: number | null; output: string } {
  const options = { cwd: user, encoding: 'utf8', timeout: 240_000 } as const;
  const { status, stdout, stderr } = spawnSync('npx', words, options);
  return { code: status, output: stdout + stderr };
}

const name = 'iommufd-conformance';

void test('the package holds what was compiled, and nothing that only lay about', () => {
  const { file, names } = packed();
  ok(names.includes('dist/src/cli/program.js') && names.includes('README.md'));
  const strange = /node_modules|\.cache|\.ts$|\.map$|__pycache__|^dist\/reports\/(?!published)/;
  deepEqual(
    names.filter((each) => strange.test(each)),
    [],
  );
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{"private": true}');
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', file];
  execFileSync('npm', args, { cwd: user, stdio: 'pipe' });
});

void test('features run on a program, with reports where the user is', () => {
  const adapter = `./node_modules/${name}/dist/examples/adapter-python/iommufd_adapter.py`;
  const feature = 'features/iommufd/ioas/map.feature';
  const { code, output } = type(name, '--no-html', '--adapter', adapter, feature);
  equal(code, 0, output);
  const file = join(user, 'reports', 'iommufd_adapter', 'result.json');
  const { counts, suite } = JSON.parse(readFileSync(file, 'utf8')) as Result;
  ok(counts.pass > 50, output);
  equal(counts.fail + counts.broken, 0);
  match(suite.commit, /^[0-9a-f]{12}/);
});

void test('an adapter named by a relative path is found by workers as well, and fails where it does nothing', () => {
  const program = join(user, 'buggy');
  const served = `exec npx ${name} serve --adapter void --adapter-option says=yes`;
  writeFileSync(program, `#!/bin/sh\n${served}\n`, { mode: 0o755 });
  const only = ['--only', 'IOAS-MAP-14', '--first-machine'];
  const { code, output } = type(name, ...only, '--parallel', '2', '--adapter', './buggy');
  equal(code, 1, output);
  ok(existsSync(join(user, 'reports', 'buggy', 'junit.xml')), output);
});

void test('a program runs on the reference', () => {
  writeFileSync(join(user, 'client.c'), client);
  execFileSync('cc', ['-o', 'client', 'client.c'], { cwd: user });
  const { code, output } = type(name, 'emulate', '--machine', 'mock', '--', './client', '--help');
  equal(output, 'IOAS 1, --help\n');
  equal(code, 7);
});

void test('what a program touches is known of what was compiled as well', () => {
  const file = join(user, 'touched.json');
  equal(type(name, 'emulate', '--report', file, '--', './client', '').code, 7);
  const { calls } = JSON.parse(readFileSync(file, 'utf8')) as ClientSummary;
  const alloc = calls.find((call) => call.name === 'IOMMU_IOAS_ALLOC');
  ok(alloc?.requirements.includes('IOAS-ALLOC-01'), JSON.stringify(alloc));
  rmSync(file);
});

void test('what is mistyped is told as in a checkout', () => {
  const { code, output } = type(name, 'emulat');
  equal(code, 2);
  match(output, /emulat does not exist\n.*the nearest is "emulate"/);
  match(type(name, '--help').output, /^ {2}emulate +run a program/m);
  match(type(name, 'emulate').output, /npx iommufd-conformance emulate --machine vt-d -- PROGRAM/);
});

void test('nothing else is left in the folder of the user', () => {
  const own = ['buggy', 'client', 'client.c', 'package.json'];
  const npm = ['node_modules', 'package-lock.json'];
  deepEqual(readdirSync(user).sort(), [...own, ...npm, 'reports'].sort());
});
