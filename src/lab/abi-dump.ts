import { mkdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import type { Abi, FieldLayout } from '#uapi/abi.ts';

export interface Headers {
  /** Directories with linux/iommufd.h: of an installed kernel, or include/uapi of a kernel tree. */
  readonly directories: readonly string[];
  /** drivers/iommu/iommufd/iommufd_test.h, which no package installs. */
  readonly testHeader?: string;
}

/** A C expression whose value the headers decide. */
interface Question {
  readonly kind: 'request' | 'constant' | 'size' | 'field-offset' | 'field-size';
  readonly name: string;
  readonly expression: string;
}

const linuxHeaders = ['types', 'iommufd', 'vfio', 'errno', 'fcntl', 'memfd', 'mman', 'poll'];

/**
 * Asks C headers for every number of `tables` and returns the answers; what the headers do not know is absent. The
 * compiler is `cc`.
 */
export function dumpAbi(tables: Abi, headers: Headers): Abi {
  const directory = temporaryFolder();
  prepare(directory);
  const known = knownQuestions(questions(tables), directory, headers);
  return answers(known, run(join(directory, 'abi')));
}

/** Headers of a kernel tree want one more header, which installing them would strip. */
function prepare(directory: string): void {
  mkdirSync(join(directory, 'linux'));
  writeFileSync(join(directory, 'linux', 'compiler_types.h'), '');
}

function questions({ requests, constants, structs }: Abi): Question[] {
  return [
    ...Object.keys(requests).map((name): Question => ({ kind: 'request', name, expression: name })),
    ...Object.keys(constants).map((name): Question => ({
      kind: 'constant',
      name,
      expression: `(__u32)(${name})`,
    })),
    ...Object.entries(structs).flatMap(([struct, { fields }]): Question[] => [
      { kind: 'size', name: struct, expression: `sizeof(struct ${struct})` },
      ...Object.entries(fields).flatMap(([field, layout]) => fieldQuestions(struct, field, layout)),
    ]),
  ];
}

function fieldQuestions(struct: string, field: string, { size }: FieldLayout): Question[] {
  const name = `${struct} ${field}`;
  const bytes = size === 0 ? '0' : `sizeof(((struct ${struct} *)0)->${field})`;
  return [
    { kind: 'field-offset', name, expression: `offsetof(struct ${struct}, ${field})` },
    { kind: 'field-size', name, expression: bytes },
  ];
}

/** Compiles the questions into a program, without those that the compiler refuses. */
function knownQuestions(all: Question[], directory: string, headers: Headers): Question[] {
  let asked = all;
  for (;;) {
    const { text, firstLine } = program(asked, headers);
    const refused = new Set(compile(text, directory, headers).map((line) => line - firstLine));
    if (refused.size === 0) return asked;
    asked = asked.filter((_, index) => !refused.has(index));
  }
}

/** One question a line, from `firstLine` on, counted from 1. */
function program(asked: readonly Question[], { testHeader }: Headers) {
  const before = [
    '#include <stddef.h>',
    '#include <stdio.h>',
    ...linuxHeaders.map((name) => `#include <linux/${name}.h>`),
    ...(testHeader === undefined ? [] : [`#include "${testHeader}"`]),
    'static const unsigned long long answers[] = {',
  ];
  const after = [
    '};',
    'int main(void) {',
    '  for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) printf("%llu\\n", answers[i]);',
    '}',
    '',
  ];
  const lines = [...before, ...asked.map(({ expression }) => `${expression},`), ...after];
  return { text: lines.join('\n'), firstLine: before.length + 1 };
}

/** The numbers of the lines that the compiler refuses. */
function compile(text: string, directory: string, { directories }: Headers): number[] {
  const source = join(directory, 'abi.c');
  writeFileSync(source, text);
  const includes = [...directories, directory].map((path) => `-I${path}`);
  const flags = [
    '-std=gnu11',
    '-w',
    '-D__user=',
    ...includes,
    '-o',
    join(directory, 'abi'),
    source,
  ];
  const { status, stderr, error } = spawnSync('cc', flags, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status === 0) return [];
  const lines = [...stderr.matchAll(/abi\.c:(\d+):\d+: error/g)].map(([, line]) => Number(line));
  if (lines.length === 0) throw new Error(`cc failed: ${stderr}`);
  return lines;
}

function run(path: string): number[] {
  const { stdout, error } = spawnSync(path, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return stdout.trimEnd().split('\n').map(Number);
}

function answers(asked: readonly Question[], values: readonly number[]): Abi {
  const of = (kind: Question['kind']): [string, number][] =>
    asked.flatMap((question, index) =>
      question.kind === kind ? [[question.name, values[index] ?? NaN]] : [],
    );
  const offsets = of('field-offset');
  const sizes = new Map(of('field-size'));
  const fields = (struct: string): [string, FieldLayout][] =>
    offsets
      .filter(([name]) => name.startsWith(`${struct} `))
      .map(([name, offset]) => [
        name.slice(struct.length + 1),
        { offset, size: sizes.get(name) ?? NaN },
      ]);
  return {
    requests: Object.fromEntries(of('request')),
    constants: Object.fromEntries(of('constant')),
    structs: Object.fromEntries(
      of('size').map(([name, size]) => [name, { size, fields: Object.fromEntries(fields(name)) }]),
    ),
  };
}
