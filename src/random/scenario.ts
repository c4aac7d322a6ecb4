import type { Call, IoctlCall, Operand } from './call.ts';
import { pageSize, ramPages, type Observation } from './seat.ts';
import * as test from '#uapi/iommufd/selftest.ts';

/** One call of a sequence that was carried out. */
export interface Done {
  readonly call: Call;
  readonly by: 'it' | 'child';
  readonly observation: Observation;
}

const operations = new Map<bigint, string>(
  Object.entries(test).flatMap(([name, number]) =>
    name.startsWith('IOMMU_TEST_OP_')
      ? [[BigInt(number as number), name.slice('IOMMU_TEST_OP_'.length)]]
      : [],
  ),
);

function cell(path: string, operand: Operand, number: bigint): string {
  if (path === 'op' && operations.has(number)) return operations.get(number) ?? '';
  if (operand.kind !== 'buffer')
    return number > 0xffffn ? `0x${number.toString(16)}` : String(number);
  return operand.offset === 0n
    ? `buffer "${operand.name}"`
    : `buffer "${operand.name}" + ${operand.offset} bytes`;
}

function tableOf(
  { fields }: IoctlCall,
  { fields: resolved }: Observation,
  isTest: boolean,
): string[] {
  const rows = Object.entries(fields).map(
    ([path, operand]) =>
      [path === 'op' && !isTest ? 'op' : path, operand, resolved.get(path) ?? 0n] as const,
  );
  const cells = rows.map(
    ([path, operand, number]) =>
      [path, isTest ? cell(path, operand, number) : cell(`.${path}`, operand, number)] as const,
  );
  const widths = [0, 1].map((column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells.map(
    ([path, text]) => `      | ${path.padEnd(widths[0] ?? 0)} | ${text.padEnd(widths[1] ?? 0)} |`,
  );
}

function stepsOf({ call, by, observation }: Done): string[] {
  const who = by === 'it' ? 'it' : 'process "child"';
  const { result, text } = observation;
  switch (call.kind) {
    case 'ioctl': {
      const { name } = call.command;
      const table = tableOf(call, observation, name === 'IOMMU_TEST_CMD');
      const list =
        call.list && `    # buffer "list" holds ${Buffer.from(call.list).toString('hex')}`;
      const verdict = result < 0 ? `fails with ${text.split(' ')[0]}` : 'succeeds';
      const head = `    When ${who} calls ${name}${table.length > 0 ? ' with:' : ''}`;
      return [...(list === undefined ? [] : [list]), head, ...table, `    Then it ${verdict}`];
    }
    case 'fork':
      return ['    Given a process "child"'];
    case 'exit':
      return ['    When process "child" exits'];
    default:
      return [
        `    # ${JSON.stringify(call)} on fd ${observation.fields.get('fd') ?? '?'} = ${text}`,
      ];
  }
}

/** The sequence in the words of the feature files, as far as they go; ids are those that came back. */
export function scenario(title: string, done: readonly Done[]): string {
  return [
    `  Scenario: ${title}`,
    '    Given an iommufd',
    `    And a memfd "file" of 8 pages`,
    `    And a buffer "ram" of ${Number(ramPages * pageSize) / 4096} pages`,
    '    And a buffer "list" of 2 pages',
    ...done.flatMap(stepsOf),
  ].join('\n');
}
