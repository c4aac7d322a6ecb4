import { closeSync, openSync, readSync } from 'node:fs';

/** A line of /proc/PID/maps. Bytes; `end` is behind the last one. */
export interface HostVma {
  readonly start: bigint;
  readonly end: bigint;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly shared: boolean;
  /** Of `start` in its file. */
  readonly offset: bigint;
  /** What tells files apart; `0:0` for anonymous memory that is private. */
  readonly file: string;
  readonly path: string;
}

const lineOfMaps =
  /^([0-9a-f]+)-([0-9a-f]+) (....) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+)\s*(.*)$/;

/** In order of their addresses, as the kernel prints them. */
export function parseMaps(text: string): readonly HostVma[] {
  return text.split('\n').flatMap((line) => {
    const [, start, end, rights = '', offset, device = '', inode = '', path = ''] =
      lineOfMaps.exec(line) ?? [];
    if (start === undefined) return [];
    return {
      start: BigInt(`0x${start}`),
      end: BigInt(`0x${end}`),
      readable: rights.startsWith('r'),
      writable: rights[1] === 'w',
      executable: rights[2] === 'x',
      shared: rights[3] === 's',
      offset: BigInt(`0x${offset}`),
      file: fileKey(device, inode),
      path,
    };
  });
}

/** `major:minor` in hexadecimal and an inode, as fileKeyOf() has them from stat(). */
function fileKey(device: string, inode: string): string {
  const [major = 0, minor = 0] = device.split(':').map((part) => Number.parseInt(part, 16));
  return `${major}:${minor}:${inode}`;
}

export function fileKeyOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  const major = (dev >> 8n) & 0xfffn;
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xfff00n);
  return `${major}:${minor}:${ino}`;
}

export function findVma(vmas: readonly HostVma[], address: bigint): HostVma | undefined {
  let [low, high] = [0, vmas.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const vma = vmas[middle];
    if (vma === undefined || address < vma.start) high = middle;
    else if (address >= vma.end) low = middle + 1;
    else return vma;
  }
  return undefined;
}

/** The map of a process, which is read anew only where what is known of it may be old. */
export class VmaList {
  private readonly fd: number;
  private text = Buffer.alloc(0);
  private known: readonly HostVma[] = [];
  private isFresh = false;

  constructor(pid: number) {
    this.fd = openSync(`/proc/${pid}/maps`, 'r');
  }

  /** It may have changed. */
  expire(): void {
    this.isFresh = false;
  }

  /** As it was some time ago, perhaps. */
  get last(): readonly HostVma[] {
    return this.known;
  }

  /** As it is: empty where the process is gone. Most of the time it reads as before. */
  get now(): readonly HostVma[] {
    if (this.isFresh) return this.known;
    const length = readAll(this.fd);
    if (this.text.compare(room, 0, length) !== 0) {
      this.text = Buffer.from(room.subarray(0, length));
      this.known = parseMaps(this.text.toString('latin1'));
    }
    this.isFresh = true;
    return this.known;
  }

  /** The process has none any more. */
  get isGone(): boolean {
    return readOrNothing(this.fd, oneByte, 0) === 0;
  }

  close(): void {
    closeSync(this.fd);
  }
}

const oneByte = Buffer.alloc(1);
/** For a map as it is read: grows with the largest. */
let room = Buffer.alloc(1 << 16);

/** Into `room`: how much it was. */
function readAll(fd: number): number {
  for (let length = 0; ;) {
    const more = readOrNothing(fd, room.subarray(length), length);
    if (more === 0) return length;
    length += more;
    if (length === room.length) room = Buffer.concat([room, Buffer.alloc(room.length)]);
  }
}

/** ESRCH comes when the process is gone. */
function readOrNothing(fd: number, bytes: Buffer, at: number): number {
  try {
    return readSync(fd, bytes, 0, bytes.length, at);
  } catch {
    return 0;
  }
}
