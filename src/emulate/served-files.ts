import type { Socket } from 'node:net';

import { POLLIN } from '#uapi/poll.ts';
import type { OpenFile } from '#reference/kernel/fs/file.ts';

/** An open file of the reference, and the connection that is its fd in programs. */
class ServedFile {
  readonly file: OpenFile;
  /** As it was opened; undefined for a file that a call has made. */
  readonly path: string | undefined;
  private readonly socket: Socket;
  /** A byte lies in the connection: whoever polls the fd finds it readable. */
  private isMarked = false;

  constructor(file: OpenFile, socket: Socket, path: string | undefined) {
    this.file = file;
    this.path = path;
    this.socket = socket;
    this.mark();
  }

  /** Files without poll() are always ready. */
  get isReadable(): boolean {
    const ready = this.file.operations.poll?.();
    return ready === undefined || (ready & POLLIN) !== 0;
  }

  get changes(): boolean {
    return this.file.operations.poll !== undefined;
  }

  /** Puts the byte there where it belongs. */
  mark(): void {
    if (this.isMarked || !this.isReadable) return;
    this.isMarked = true;
    this.socket.write(Buffer.of(0));
  }

  /** Whether the program is to take the byte away. */
  unmark(): boolean {
    if (!this.isMarked || this.isReadable) return false;
    this.isMarked = false;
    return true;
  }
}

/**
 * The files that programs have open. Each is a connection: it ends with the last copy of the fd, whoever has it. The inode
 * of the program's end names it, also in /proc/PID/fd.
 */
export class ServedFiles {
  /** Connections that may become files. */
  private readonly future = new Map<bigint, Socket>();
  private readonly files = new Map<bigint, ServedFile>();
  private readonly polled = new Set<ServedFile>();

  expect(inode: bigint, socket: Socket): void {
    this.future.set(inode, socket);
  }

  expects(inode: bigint): boolean {
    return this.future.has(inode);
  }

  /** Takes over the reference. False where no such connection was made. `path`: under which it was opened. */
  install(inode: bigint, file: OpenFile, path?: string): boolean {
    const socket = this.future.get(inode);
    if (!socket) return false;
    this.future.delete(inode);
    const served = new ServedFile(file, socket, path);
    this.files.set(inode, served);
    if (served.changes) this.polled.add(served);
    return true;
  }

  get(inode: bigint): OpenFile | undefined {
    return this.files.get(inode)?.file;
  }

  /** Under which path it was opened; undefined for a file that a call has made. */
  pathOf(inode: bigint): string | undefined {
    return this.files.get(inode)?.path;
  }

  /** No program has it open any more. */
  ended(inode: bigint): void {
    this.future.delete(inode);
    const served = this.files.get(inode);
    if (!served) return;
    this.files.delete(inode);
    this.polled.delete(served);
    served.file.put();
  }

  /** After anything that may have made files readable. */
  mark(): void {
    for (const served of this.polled) served.mark();
  }

  /** Whether the program that has just read a file is to take the byte away. */
  unmark(inode: bigint): boolean {
    return this.files.get(inode)?.unmark() ?? false;
  }

  get count(): number {
    return this.files.size;
  }
}
