import BTree from 'sorted-btree';
import type { OpenFile } from './file.ts';
import { IdPool } from '../lib/id-pool.ts';

/** struct files_struct: the lowest free number is taken. */
export class FdTable {
  protected readonly files = new BTree<number, OpenFile>();
  protected readonly numbers = new IdPool(0);

  /** EMFILE at RLIMIT_NOFILE: a number that is taken but not installed. FAULT-03 */
  reserve(limit: bigint): number | 'EMFILE' {
    const fd = this.numbers.take();
    if (BigInt(fd) < limit) return fd;
    this.numbers.release(fd);
    return 'EMFILE';
  }

  /** put_unused_fd(). */
  unreserve(fd: number): void {
    this.numbers.release(fd);
  }

  /** fd_install(): takes over the reference. */
  install(fd: number, file: OpenFile): void {
    this.files.set(fd, file);
  }

  get(fd: number): OpenFile | 'EBADF' {
    return this.files.get(fd) ?? 'EBADF';
  }

  close(fd: number): 'EBADF' | undefined {
    const file = this.files.get(fd);
    if (!file) return 'EBADF';
    this.files.delete(fd);
    this.numbers.release(fd);
    file.put();
    return undefined;
  }

  /** fork(): the same open files under the same numbers. */
  copy(): FdTable {
    const table = new FdTable();
    for (let fd = 0; fd <= (this.files.maxKey() ?? -1); fd++) table.numbers.take();
    for (let fd = 0; fd <= (this.files.maxKey() ?? -1); fd++) {
      const file = this.files.get(fd);
      if (file) table.install(fd, file.get());
      else table.numbers.release(fd);
    }
    return table;
  }

  closeAll(): void {
    for (const fd of this.files.keysArray()) this.close(fd);
  }
}
