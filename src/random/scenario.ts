import { recordNamed, recordOf } from '#commands/index.ts';
import { IOMMU_IOAS_MAP_FIXED_IOVA } from '#uapi/iommufd/ioas.ts';
import type { Feature } from '#port/features.ts';

import {
  fieldOf,
  type Call,
  type IoctlCall,
  type Listed,
  type Resolved,
  type Who,
} from './call.ts';
import { listPages, memfdPages, ramPages, wallPages } from './layout.ts';
import { Names, shownNumber } from './names.ts';
import { needsOf } from './needs.ts';
import { shown, type Observation } from './observation.ts';
import type { Found } from './sequences.ts';

/** One call of a sequence that was carried out. */
export interface Done {
  readonly call: Call;
  readonly by: Who;
  readonly observation: Observation;
}

/** Rows of a Gherkin table, in columns. */
function tableOf(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map(
    (row) => `      | ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
}

function verdict({ result }: Pick<Observation, 'result'>): string {
  return `    Then it ${result < 0 ? `fails with ${shown(result)}` : 'succeeds'}`;
}

/** The steps of each kind of call. A call that does nothing, such as a read of a closed file, has none. */
class Writer {
  readonly #names = new Names();
  readonly #lastLanding: Observation | undefined;

  constructor(done: readonly Done[]) {
    this.#lastLanding = done.findLast(
      ({ call, observation }) =>
        call.kind === 'ioctl' && landingOf(call, observation) !== undefined,
    )?.observation;
  }

  get child(): string {
    return this.#names.child;
  }

  steps({ call, by, observation }: Done): string[] {
    switch (call.kind) {
      case 'ioctl':
        return this.#ioctl(call, by, observation);
      case 'plain ioctl': {
        const { name } = call.command;
        const head = `    When ${this.#who(by)} calls ${name} with the argument ${call.argument}`;
        return [head, verdict(observation)];
      }
      case 'fork':
        return this.#fork(call.privileged, observation);
      case 'exit':
        return observation.text === 'exited' ? [`    When ${this.#names.child} exits`] : [];
      case 'mmap':
        return this.#mmap(observation);
      case 'munmap':
        return munmap(observation);
      default:
        return this.#file(call, observation);
    }
  }

  #who(by: Who): string {
    return by === 'it' ? 'it' : this.#names.child;
  }

  #ioctl(call: IoctlCall, by: Who, observation: Observation): string[] {
    const fields = this.#settled(call, observation);
    const rows = Object.entries(call.fields).map(([path, operand]) => {
      const number = fields.get(path) ?? 0n;
      const name = path === 'op' ? operation(call, number) : undefined;
      return [path, name ?? this.#names.cell(operand, number, by)];
    });
    const who = this.#who(by);
    const head = `    When ${who} calls ${call.command.name}${rows.length > 0 ? ' with:' : ''}`;
    const steps = [...stored(call.list, who), head, ...tableOf(rows), verdict(observation)];
    const made = this.#names.learn(call, by, observation);
    if (this.#isLastLanding(observation)) this.#names.landed = landingOf(call, observation);
    return [...steps, ...made.map((name) => `    And it made ${name}`)];
  }

  #isLastLanding(observation: Observation): boolean {
    return observation === this.#lastLanding;
  }

  /**
   * Where the kernel chose an IOVA, it depends on the address of the buffer, which is another one in a scenario: the map
   * is fixed to where it landed. Only the last one stays as it was, since `the new IOVA` names it.
   */
  #settled(call: IoctlCall, observation: Observation): Resolved {
    const iova = landingOf(call, observation);
    const { fields } = observation;
    if (iova === undefined || this.#isLastLanding(observation)) return fields;
    const flags = (fields.get('flags') ?? 0n) | BigInt(IOMMU_IOAS_MAP_FIXED_IOVA);
    return new Map([...fields, ['flags', flags], [landingField(call) ?? '', iova]]);
  }

  #fork(privileged: boolean, { text }: Observation): string[] {
    if (text !== 'forked') return [];
    this.#names.next('child');
    this.#names.fork();
    return [`    Given a ${this.#names.child}${privileged ? '' : ' without IPC_LOCK'}`];
  }

  #mmap(observation: Observation): string[] {
    const { result, fields } = observation;
    const name = result < 0 ? 'nothing' : `region ${this.#names.next('region')}`;
    const rows = [...fields].map(([field, number]) => [field, shownNumber(number)]);
    const head = `    When it mmaps the iommufd as "${name}" with:`;
    return [head, ...tableOf(rows), verdict(observation)];
  }

  #file(
    call: Extract<Call, { kind: 'close' | 'read' | 'answer' }>,
    observation: Observation,
  ): string[] {
    const fd = observation.fields.get('fd') ?? 0n;
    const name = this.#names.file('it', fd);
    if (name === undefined) return [];
    const { result } = observation;
    switch (call.kind) {
      case 'close':
        this.#names.close(fd);
        return [`    When it closes ${name.replace('dma-buf', 'memfd')}`, verdict(observation)];
      case 'read': {
        const head = `    When it reads ${call.length} bytes of ${name} into buffer "list"`;
        return [head, result < 0 ? verdict(observation) : `    Then it returns ${result} bytes`];
      }
      case 'answer': {
        const rows = tableOf([
          ['cookie', 'code'],
          [String(call.cookie), String(call.code)],
        ]);
        return [`    When it answers ${name} from buffer "list":`, ...rows, verdict(observation)];
      }
    }
  }
}

/** As the features call it. */
function operation({ command }: IoctlCall, number: bigint): string | undefined {
  const record = recordOf(command, number);
  return record?.op === undefined ? undefined : record.name.replace('IOMMU_TEST_OP_', '');
}

/** The field that tells where a call has mapped that may let the kernel choose. */
function landingField({ command }: IoctlCall): string | undefined {
  const { maps } = recordNamed(command.name) ?? {};
  return maps?.ioas === undefined ? undefined : maps.iova;
}

/** Where the kernel chose to map; undefined where the call did, and where it failed. */
function landingOf(call: IoctlCall, { result, fields, after }: Observation): bigint | undefined {
  const path = landingField(call);
  const fixed = Number(fields.get('flags') ?? 0n) & IOMMU_IOAS_MAP_FIXED_IOVA;
  if (result < 0 || path === undefined || fixed !== 0 || after === undefined) return undefined;
  return fieldOf(call.command, after, path);
}

function stored(list: Listed | undefined, who: string): string[] {
  const [first] = list?.rows ?? [];
  if (list === undefined || first === undefined) return [];
  const cells = list.rows.map((row) => Object.values(row).map((cell) => shownNumber(BigInt(cell))));
  const head = `    When ${who} stores an array of struct ${list.struct.name} in buffer "list":`;
  return [head, ...tableOf([Object.keys(first), ...cells])];
}

function munmap({ fields }: Observation): string[] {
  const region = fields.get('region');
  if (region === undefined) return [];
  return [`    When it gives back ${fields.get('length')} bytes of buffer "region ${region}"`];
}

function tagsOf(done: readonly Done[]): string {
  const needs = new Set<Feature>([
    'test-cmd',
    'proc',
    ...done.flatMap(({ call }) => needsOf(call)),
  ]);
  return [...needs].map((need) => `@needs:${need}`).join(' ');
}

/**
 * The sequence in the words of the feature files, to be pasted into one under a rule. What the calls make has names, so
 * that nothing depends on the numbers that came back.
 */
export function scenario({ cause, repeat, shows }: Found, done: readonly Done[]): string {
  const writer = new Writer(done);
  const steps = done.flatMap((each) => writer.steps(each));
  return [
    `  # npm run random -- ${repeat}`,
    `  ${tagsOf(done)}`,
    `  Scenario: ${cause.split('\n')[0]}`,
    '    Given an iommufd',
    `    And a memfd "file" of ${memfdPages} pages`,
    `    And a buffer "ram" of ${ramPages + wallPages} pages`,
    `    And an inaccessible buffer "wall" of ${wallPages} pages over buffer "ram" + ${ramPages} pages`,
    `    And an untouched buffer "list" of ${listPages} pages`,
    ...steps,
    ...(shows?.(writer.child) ?? []),
  ].join('\n');
}
