import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';

import { demandSuitable, findProgram, Unsuitable } from './program.ts';

const folder = temporaryFolder();

function file(name: string, content: string | Uint8Array, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** An ELF header, and one program header with an interpreter behind it. */
function elf(changes: { machine?: number; loader?: string } = {}): Buffer {
  const { machine = process.arch === 'arm64' ? 183 : 62, loader } = changes;
  const bytes = Buffer.alloc(256);
  bytes.write('\x7fELF\x02\x01\x01', 'latin1');
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(loader === undefined ? 1 : 3, 64);
  bytes.writeBigUInt64LE(128n, 72);
  bytes.writeBigUInt64LE(BigInt((loader?.length ?? 0) + 1), 96);
  bytes.write(loader ?? '', 128);
  return bytes;
}

function refusal(path: string): string {
  try {
    demandSuitable(path);
    return '';
  } catch (error) {
    assert.ok(error instanceof Unsuitable);
    return error.message.replace(`${folder}/`, '');
  }
}

describe('a program', () => {
  it('is found as a shell does', () => {
    const path = file('tool', elf());
    assert.equal(findProgram('tool', `/nowhere:${folder}`), path);
    assert.equal(findProgram(path), path);
    const missing = { name: 'Unsuitable', code: 127, message: 'there is no program tool' };
    assert.throws(() => findProgram('tool', '/nowhere'), missing);
    assert.throws(() => findProgram(`${folder}`), { code: 127 });
  });

  it('is suitable where the loader of glibc starts it, or a script of such', () => {
    const path = file('dynamic', elf({ loader: '/lib64/ld-linux-x86-64.so.2' }));
    assert.equal(refusal(path), '');
    assert.equal(refusal(file('script', `#! ${path} -x\n`)), '');
    copyFileSync(process.execPath, join(folder, 'node'));
    assert.equal(refusal(join(folder, 'node')), '');
  });

  const unsuitable: readonly [
    why: string,
    content: string | Uint8Array,
    mode: number,
    says: RegExp,
  ][] = [
    ['it is static', elf(), 0o755, /^file is linked statically/],
    [
      'it is of musl',
      elf({ loader: '/lib/ld-musl-x86_64.so.1' }),
      0o755,
      /^file is linked with musl/,
    ],
    [
      'it is of another machine',
      elf({ machine: 243, loader: '/lib/ld' }),
      0o755,
      /^file is a program for another arch/,
    ],
    ['nobody may execute it', elf(), 0o644, /^file is not executable$/],
    ['it changes who it is', elf({ loader: '/lib/ld' }), 0o4755, /^file is set-user-id/],
    ['it is a text', 'hello', 0o755, /^file is neither a program nor a script$/],
    ['it is a script of nothing', '#!/nowhere/sh\n', 0o755, /^there is no program \/nowhere\/sh$/],
  ];
  for (const [why, content, mode, says] of unsuitable) {
    it(`is refused where ${why}`, () => {
      assert.match(refusal(file('file', content, mode)), says);
    });
  }
});
