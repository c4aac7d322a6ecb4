import { AssertionError } from 'chai';

import { errnoName } from '#uapi/errno.ts';
import { hex, showFields, showResult } from '#uapi/strace.ts';
import type { SystemCall } from '#port/vmm.ts';

import type { DataTable } from '../cucumber.ts';
import { parseValue } from '../fields.ts';
import type { World } from '../world.ts';

/** Rows of the tables that stand under `the VMM has called:`, and the calls that they are about. */

/** One row: `open /dev/iommu`, or a command with what some of its members are. */
interface Expected {
  readonly name: string;
  /** Where the row says of which file. */
  readonly file: string | undefined;
  readonly members: ReadonlyMap<string, string>;
}

export function parseRows(world: World, table: DataTable): Expected[] {
  return table.hashes().map(({ call = '', with: members = '' }) => {
    const [, name = '', file] =
      /^(open|close|\S+(?= of )|\S+$)(?: (?:of )?(.*))?$/.exec(call) ?? [];
    if (name === '')
      throw new Error(`"${call}" is no call; write open X, close X, or COMMAND of X`);
    return {
      name,
      file: file === undefined ? undefined : pathOf(world, name, file),
      members: new Map(members.split('; ').filter(Boolean).map(memberOf)),
    };
  });
}

function memberOf(text: string): [string, string] {
  const [, name, value] = /^(\w+) (.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new Error(`"${text}" is no member and value; write iova 16 MiB; size 1 page`);
  return [name, value];
}

/** A path as it is, or the node of a device, its group, or what a group gave for it. */
function pathOf(world: World, name: string, text: string): string {
  const [, group, device] = /^(the group of )?device "([^"]*)"$/.exec(text) ?? [];
  if (device === undefined) return text;
  const { info } = world.handles.get('device', device);
  if (group !== undefined) return info.group ?? '';
  const isLegacy = world.legacy.has(info.id);
  return isLegacy && name !== 'open' ? info.id : (info.cdev ?? '');
}

/** The whole sequence, in this order, with nothing between. */
export function demandCalls(
  world: World,
  expected: readonly Expected[],
  calls: readonly SystemCall[],
): void {
  const problems = expected.map((row, index) => problemOf(world, row, calls[index]));
  const first = problems.findIndex((problem) => problem !== undefined);
  if (first >= 0) {
    throw new AssertionError(`call ${first + 1}: ${problems[first]}\n${listed(calls)}`);
  }
  const next = calls[expected.length];
  if (next === undefined) return;
  throw new AssertionError(`then came ${show(next)}; expected no more\n${listed(calls)}`);
}

function problemOf(world: World, row: Expected, call: SystemCall | undefined): string | undefined {
  const wanted = [row.name, ...(row.file === undefined ? [] : [row.file])].join(' ');
  if (call === undefined) return `there is none; expected ${wanted}`;
  const { name, file } = call;
  if (name !== row.name || (row.file ?? file) !== file) return `${show(call)}; expected ${wanted}`;
  for (const [member, text] of row.members) {
    const problem = memberProblem(world, call, member, text);
    if (problem !== undefined) return `${show(call)}; expected ${problem}`;
  }
  const fails = call.result < 0 && !row.members.has('result');
  return fails ? `${show(call)}; expected success` : undefined;
}

function memberProblem(
  world: World,
  { given, after, result }: SystemCall,
  member: string,
  text: string,
): string | undefined {
  if (member === 'result') {
    if (text === 'whatever') return undefined;
    const actual = result < 0 ? errnoName(Number(result)) : String(result);
    return actual === text ? undefined : `${text}`;
  }
  const isAnswer = member.startsWith('out_');
  // What the call left out was zero.
  const actual = (isAnswer ? after : given)[member] ?? 0;
  const value = typeof actual === 'string' ? text : parseValue(world, world.it, member, text);
  const equal = typeof value === 'string' ? actual === value : BigInt(actual as number) === value;
  return equal ? undefined : `${member} ${typeof value === 'string' ? value : hex(value)}`;
}

function listed(calls: readonly SystemCall[]): string {
  return calls.map((call, index) => `${index + 1}. ${show(call)}`).join('\n');
}

function show({ name, file, given, result }: SystemCall): string {
  const members = Object.keys(given);
  const shown = members.length === 0 ? '' : ` ${showFields(members, given)}`;
  return `${name} ${file}${shown} = ${showResult(result)}`;
}
