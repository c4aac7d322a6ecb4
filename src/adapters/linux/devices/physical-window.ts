import { ImplementationBroken } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import { O_RDONLY } from '#uapi/mman.ts';
import { Scratch } from '../scratch.ts';
import type { WithWindow } from './window.ts';

const pageBytes = 4096n;
/** /proc/self/pagemap: Documentation/admin-guide/mm/pagemap.rst. Bytes of an entry. */
const entryBytes = 8;
const present = 1n << 63n;
const frameBits = 55;

/** Where in physical memory the page at `address` is. The process has to have CAP_SYS_ADMIN. */
export async function physicalAddress(process: Process, address: bigint): Promise<bigint> {
  const scratch = await Scratch.of(process);
  const fd = await process.open('/proc/self/pagemap', O_RDONLY);
  const offset = (address / pageBytes) * BigInt(entryBytes);
  const read = fd < 0 ? fd : await process.pread(fd, scratch.address, entryBytes, offset);
  if (fd >= 0) await process.close(fd);
  const bytes = read === entryBytes ? await scratch.load(entryBytes) : undefined;
  const entry = bytes && new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const frame = BigInt.asUintN(frameBits, entry ?? 0n);
  if (entry !== undefined && entry & present && frame > 0n) return frame * pageBytes;
  throw new ImplementationBroken('/proc/self/pagemap does not tell where a page is');
}

/** For devices without an IOMMU: a page of a process of the bench, by its place in memory. No IOAS knows of it. */
export async function physicalWindow(process: Process): Promise<WithWindow> {
  const memory = await Scratch.map(process);
  return async (_attachment, body) => {
    await memory.store(new Uint8Array(1));
    return body({ iova: await physicalAddress(process, memory.address), memory });
  };
}
