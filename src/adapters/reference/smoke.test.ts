import { equal } from 'node:assert/strict';
import { test } from 'node:test';

import type { Struct, Value } from '#uapi/codec.ts';
import type { Command } from '#uapi/ioctl.ts';
import {
  IOMMU_IOAS_ALLOC,
  IOMMU_IOAS_COPY,
  IOMMU_IOAS_IOVA_RANGES,
  IOMMU_IOAS_MAP,
  IOMMU_IOAS_UNMAP,
} from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, O_RDWR, PROT_READ, PROT_WRITE } from '#uapi/mman.ts';
import type { Process } from '#port/process.ts';
import { implementation } from './index.ts';

const anonymous = {
  address: 0n,
  length: 0x10000n,
  protection: PROT_READ | PROT_WRITE,
  flags: MAP_PRIVATE | MAP_ANONYMOUS,
  fd: -1,
  offset: 0n,
};

async function start(): Promise<{
  process: Process;
  call: <S extends Struct>(
    command: Command<S>,
    fields: Partial<Value<S>>,
  ) => Promise<[number, Value<S>]>;
}> {
  const machine = await implementation.start({ machine: 'reference', timeoutMs: 1, settings: {} });
  const process = await machine.newProcess();
  const fd = await process.open('/dev/iommu', O_RDWR);
  const scratch = await process.mmap(anonymous);
  return {
    process,
    async call(command, fields) {
      const { struct, request } = command;
      await process.store(scratch, struct.pack({ size: struct.size, ...fields }));
      const result = await process.ioctl(fd, request, scratch);
      const bytes = (await process.load(scratch, struct.size)) as Uint8Array;
      return [result, struct.unpack(bytes) as never];
    },
  };
}

test('alloc, map, copy, unmap and destroy through the port', async () => {
  const { process, call } = await start();
  const [, { out_ioas_id: ioas_id }] = await call(IOMMU_IOAS_ALLOC, {});
  equal(ioas_id, 1);
  const user_va = await process.mmap(anonymous);
  const map = { ioas_id, user_va, length: 0x3000n, flags: 7, iova: 0x10000n };
  equal((await call(IOMMU_IOAS_MAP, map))[0], 0);
  equal((await call(IOMMU_IOAS_MAP, map))[0], -17);
  const [, { iova }] = await call(IOMMU_IOAS_MAP, { ...map, flags: 6 });
  equal(iova, 0x1000n);
  const copy = { dst_ioas_id: ioas_id, src_ioas_id: ioas_id, src_iova: 0x11000n };
  equal((await call(IOMMU_IOAS_COPY, { ...copy, length: 0x1000n, flags: 6 }))[0], 0);
  equal((await call(IOMMU_IOAS_IOVA_RANGES, { ioas_id }))[0], -90);
  equal((await call(IOMMU_IOAS_UNMAP, { ioas_id, iova: 0x10000n, length: 0x1000n }))[0], -2);
  const [, { length }] = await call(IOMMU_IOAS_UNMAP, { ioas_id, length: (1n << 64n) - 1n });
  equal(length, 0x7000n);
  equal((await call(IOMMU_DESTROY, { id: ioas_id }))[0], 0);
});
