import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Why a program cannot be run here. `code`: as shells have it, 126 where it cannot be executed, 127 where there is none. */
export class Unsuitable extends Error {
  override readonly name = 'Unsuitable';
  readonly code: 126 | 127;

  constructor(message: string, code: 126 | 127 = 126) {
    super(message);
    this.code = code;
  }
}

const SET_ID = 0o6000;
/** Enough for an ELF header, its program headers and the path of an interpreter, or for the first line of a script. */
const HEAD = 4096;
/** System V ABI: e_machine. */
const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };
const PT_INTERP = 3;

/** The path of a program as execvp() finds it. */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string {
  const candidates = name.includes('/')
    ? [name]
    : path.split(delimiter).map((folder) => join(folder, name));
  const found = candidates.find((each) => existsSync(each) && statSync(each).isFile());
  if (found === undefined) throw new Unsuitable(`there is no program ${name}`, 127);
  return found;
}

/** Throws Unsuitable, with a sentence, where a library could not be put before the program's own. */
export function demandSuitable(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o111) === 0) throw new Unsuitable(`${path} is not executable`);
  if ((mode & SET_ID) !== 0)
    throw new Unsuitable(
      `${path} is set-user-id or set-group-id: the loader takes no library of ours into it; run a copy of it`,
    );
  const head = headOf(path);
  const [, interpreter] = /^#! *(\S+)/.exec(head.toString('latin1')) ?? [];
  if (interpreter !== undefined) demandSuitable(findProgram(interpreter));
  else demandElf(path, head);
}

function demandElf(path: string, head: Buffer): void {
  if (head.toString('latin1', 0, 4) !== '\x7fELF')
    throw new Unsuitable(`${path} is neither a program nor a script`);
  if (head[4] !== 2 || head.readUInt16LE(18) !== machines[process.arch])
    throw new Unsuitable(`${path} is a program for another architecture; expected ${process.arch}`);
  const loader = loaderOf(head);
  if (loader === undefined)
    throw new Unsuitable(
      `${path} is linked statically: its calls do not go through a library; link it dynamically`,
    );
  if (loader.includes('musl'))
    throw new Unsuitable(
      `${path} is linked with musl (${loader}): the library that carries its calls here is one for glibc`,
    );
}

/** The path in PT_INTERP. */
function loaderOf(head: Buffer): string | undefined {
  const first = Number(head.readBigUInt64LE(32));
  const [size, count] = [head.readUInt16LE(54), head.readUInt16LE(56)];
  for (let index = 0; index < count; index += 1) {
    const at = first + index * size;
    if (at + 40 > head.length || head.readUInt32LE(at) !== PT_INTERP) continue;
    const start = Number(head.readBigUInt64LE(at + 8));
    const length = Number(head.readBigUInt64LE(at + 32));
    return head.toString('latin1', start, start + length - 1);
  }
  return undefined;
}

function headOf(path: string): Buffer {
  const fd = openSync(path, 'r');
  const bytes = Buffer.alloc(HEAD);
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, HEAD, 0));
  } finally {
    closeSync(fd);
  }
}
