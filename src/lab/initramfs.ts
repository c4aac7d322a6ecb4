/** A file of an initramfs. `mode` is st_mode, type and permissions. */
interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly content: Uint8Array;
  /** [major, minor] of a device node. */
  readonly device: readonly [number, number];
}

const S_IFCHR = 0o020000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const nothing = new Uint8Array(0);

export function folder(name: string): Entry {
  return { name, mode: S_IFDIR | 0o755, content: nothing, device: [0, 0] };
}

export function program(name: string, content: Uint8Array): Entry {
  return { name, mode: S_IFREG | 0o755, content, device: [0, 0] };
}

/** What the first process has as standard input and output. */
export const consoleNode: Entry = {
  name: 'dev/console',
  mode: S_IFCHR | 0o600,
  content: nothing,
  device: [5, 1],
};

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

/** One member in the "new ASCII" format: Documentation/driver-api/early-userspace/buffer-format.rst. */
function member({ name, mode, content, device }: Entry, inode: number): Buffer {
  const [major, minor] = device;
  const nlink = 1;
  const fields = [inode, mode, 0, 0, nlink, 0, content.length, 0, 0, major, minor];
  const numbers = [...fields, name.length + 1, 0].map((n) => n.toString(16).padStart(8, '0'));
  const header = Buffer.from(`070701${numbers.join('')}${name}\0`);
  return Buffer.concat([padded(header), padded(Buffer.from(content))]);
}

/** A cpio archive that the kernel unpacks as its first root file system. */
export function initramfs(entries: readonly Entry[]): Buffer {
  const trailer: Entry = { name: 'TRAILER!!!', mode: 0, content: nothing, device: [0, 0] };
  return Buffer.concat([...entries, trailer].map((entry, index) => member(entry, index + 1)));
}
