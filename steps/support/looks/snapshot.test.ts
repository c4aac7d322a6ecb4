import assert from 'node:assert/strict';
import { test } from 'node:test';

import { failure } from '#uapi/errno.ts';
import type { Command } from '#uapi/ioctl.ts';

import type { World } from '../world.ts';
import { takeSnapshot } from './snapshot.ts';

/** A world with one mapping, where IOMMU_IOAS_COPY returns this. */
function worldWhereCopyReturns(result: number): World {
  const mapping = { iommufd: 3, ioas: 1, iova: 0x1000n, length: 0x1000n };
  const probe = async (_: unknown, { command }: { readonly command: Command }) =>
    command.name === 'IOMMU_IOAS_COPY' ? { result } : { result: 0, fields: { out_ioas_id: 7 } };
  const parts = {
    it: {},
    probe,
    mappings: [mapping],
    containerMappings: [],
    handles: { all: () => [] },
    running: { description: { features: [] } },
  };
  return parts as unknown as World;
}

test('a mapping is there or not', async () => {
  const states = await Promise.all(
    [0, failure('ENOENT')].map(async (result) => [
      ...(await takeSnapshot(worldWhereCopyReturns(result))).values(),
    ]),
  );
  assert.deepEqual(states, [['mapped'], ['not mapped']]);
});

test('a look that fails is no state of a mapping', async () => {
  await assert.rejects(takeSnapshot(worldWhereCopyReturns(failure('ENOMEM'))), {
    name: 'ImplementationBroken',
    message: /IOMMU_IOAS_COPY returned -1 ENOMEM/,
  });
});
