import { writeSync } from 'node:fs';

import { O_CLOEXEC, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from '#uapi/mman.ts';
import { hex, showFields, showResult, showStruct } from '#uapi/strace.ts';
import type { Command } from '#uapi/ioctl.ts';

import { commandOf, loadStruct } from './calls.ts';
import type { Caller, CallObserver, Fields } from './calls.ts';
import type { Answer, Request } from './messages.ts';

/** Of a string or of bytes. */
const SHOWN = 32;

/** Writes each call of programs to a file, in the words of strace: what the struct was, and what became of it. */
export class CallTrace implements CallObserver {
  private readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  begin(request: Request, caller: Caller): (answer: Answer) => void {
    const show = showCall(request, caller);
    return (answer) => {
      const text = show?.(answer);
      if (text !== undefined) writeSync(this.fd, `${caller.pid} ${text}\n`);
    };
  }
}

/** `ioctl(3, IOMMU_DESTROY, {size=8, id=1}) = 0`, once there is an answer; undefined for what is no call of the program. */
export function showCall(
  request: Request,
  caller: Caller,
): ((answer: Answer) => string) | undefined {
  const { operation, fd, arguments: given, text } = request;
  const [first, second, third, fourth] = given;
  const ended = (call: string) => (answer: Answer) => `${call} = ${showResult(answer.result)}`;
  switch (operation) {
    case 'OPEN':
      return ended(`openat(AT_FDCWD, "${text}", ${showOpenFlags(Number(first))})`);
    case 'IOCTL':
      return showIoctl(fd, Number(first), second, caller);
    case 'READ':
    case 'PREAD': {
      const at = operation === 'PREAD' ? `, ${hex(third)}` : '';
      const name = operation === 'PREAD' ? 'pread64' : 'read';
      return (answer) =>
        ended(`${name}(${fd}, ${showBytes(caller, first, answer.result)}, ${second}${at})`)(answer);
    }
    case 'WRITE':
    case 'PWRITE': {
      const at = operation === 'PWRITE' ? `, ${hex(third)}` : '';
      const name = operation === 'PWRITE' ? 'pwrite64' : 'write';
      return ended(`${name}(${fd}, ${showBytes(caller, first, second)}, ${second}${at})`);
    }
    case 'CLOSED':
      return ended(`close(${fd})`);
    case 'MMAP': {
      const call = `mmap(NULL, ${hex(first)}, ${hex(second)}, ${hex(third)}, ${fd}, ${hex(fourth)})`;
      return ({ result }) => `${call} = ${result < 0 ? showResult(result) : 'registers'}`;
    }
    case 'LOAD': {
      const register = showRegister(caller, first);
      return ({ text: bytes }) => `${register} -> ${bytes ? showNumber(bytes) : 'SIGBUS'}`;
    }
    case 'STORE': {
      const call = `${showRegister(caller, first)} <- ${hex(BigInt.asUintN(Number(second) * 8, third))}`;
      return ({ result }) => (result < 0 ? `${call} SIGBUS` : call);
    }
    default:
      return undefined;
  }
}

function showIoctl(
  fd: number,
  number: number,
  argument: bigint,
  caller: Caller,
): (answer: Answer) => string {
  const command = commandOf(number, caller);
  if (!command || !('struct' in command)) {
    const shown = command?.argument === 'nothing' ? '' : `, ${hex(argument)}`;
    return ({ result }) =>
      `ioctl(${fd}, ${command?.name ?? hex(number)}${shown}) = ${showResult(result)}`;
  }
  const before = loadStruct(command, argument, caller);
  return ({ result }) => {
    const shown = before ? showStruct(command.struct, before) : hex(argument);
    const after = before && loadStruct(command, argument, caller);
    const changed = after ? showChanges(command, before, after) : '';
    return `ioctl(${fd}, ${command.name}, ${shown}${changed}) = ${showResult(result)}`;
  };
}

/** ` => {out_ioas_id=1}`. */
function showChanges({ struct }: Command, before: Fields, after: Fields): string {
  const text = (fields: Fields, name: string): string => showFields([name], fields);
  const names = struct.fields
    .map(({ name }) => name)
    .filter((name) => text(before, name) !== text(after, name));
  return names.length > 0 ? ` => ${showFields(names, after)}` : '';
}

function showOpenFlags(flags: number): string {
  const access = new Map([
    [O_RDONLY, 'O_RDONLY'],
    [O_WRONLY, 'O_WRONLY'],
    [O_RDWR, 'O_RDWR'],
  ]);
  const known = [
    [O_CLOEXEC, 'O_CLOEXEC'],
    [O_NONBLOCK, 'O_NONBLOCK'],
  ] as const;
  const names = known.flatMap(([bit, name]) => (flags & bit ? [name] : []));
  const rest = flags & ~(3 | O_CLOEXEC | O_NONBLOCK);
  return [access.get(flags & 3) ?? '3', ...names, ...(rest ? [hex(rest)] : [])].join('|');
}

/** `"\x01\x02"...`: as many as were moved. */
function showBytes({ memory }: Caller, address: bigint, moved: number | bigint): string {
  if (moved < 0) return hex(address);
  const bytes = memory.copyFromUser(address, Math.min(Number(moved), SHOWN));
  if (typeof bytes === 'string') return hex(address);
  const digits = Buffer.from(bytes).toString('hex').replace(/../g, '\\x$&');
  return `"${digits}"${moved > SHOWN ? '...' : ''}`;
}

/** By its place in the region that is mapped there. */
function showRegister({ memory }: Caller, address: bigint): string {
  const area = memory.registers.at(address);
  return `registers[${area ? hex(area.offset + address - area.start) : '?'}]`;
}

/** Little endian. */
function showNumber(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).reverse().toString('hex')}`;
}
