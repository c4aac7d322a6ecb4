import type { Fd, MmapRequest } from '#port/process.ts';
import { MAP_SHARED, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import { hex } from '#uapi/strace.ts';

import type { DataTable } from '../cucumber.ts';
import { parseValue } from '../fields.ts';
import type { ProcessHandle } from '../handles.ts';
import type { World } from '../world.ts';

interface FileMap {
  readonly process: ProcessHandle;
  /** Of the buffer that it becomes. */
  readonly name: string;
  readonly fd: Fd;
  /** Bytes: where the table's `offset` counts from, and how many are mapped where it does not say. */
  readonly start: bigint;
  readonly length: bigint;
  readonly table?: DataTable;
}

/** mmap() of a part of a file; rows are `length`, `prot`, `flags`, `offset`. */
export async function mapFile(world: World, map: FileMap): Promise<void> {
  const { process, name, fd, start, table } = map;
  world.settle();
  const given = new Map<string, bigint>(
    (table?.raw() ?? []).map(([field = '', text = '']) => [
      field,
      parseValue(world, process, `mmap.${field}`, text),
    ]),
  );
  const request: MmapRequest = {
    address: 0n,
    length: given.get('length') ?? map.length,
    protection: Number(given.get('prot') ?? PROT_READ | PROT_WRITE),
    flags: Number(given.get('flags') ?? MAP_SHARED),
    fd,
    offset: start + (given.get('offset') ?? 0n),
  };
  const address = await process.port.mmap(request);
  world.trace.add(`mmap(${fd}, ${hex(request.offset)}, ${request.length})`, address);
  world.conclude({ name: 'mmap', result: address });
  if (address < 0n) return;
  world.handles.add({ kind: 'buffer', name, process, address, length: request.length });
}
