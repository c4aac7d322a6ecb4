import type { DeviceInfo } from '#port/bench.ts';
import type { DeviceWish } from '#port/device-wish.ts';
import { noIommu } from '#port/device-wish.ts';
import type { Feature } from '#port/features.ts';
import { iommuThat } from '#port/iommu-traits.ts';
import type { IommuDescription } from '#port/machine-description.ts';
import { MOCK_FLAGS_DEVICE_NO_DIRTY, MOCK_FLAGS_DEVICE_PASID } from '#uapi/iommufd/selftest.ts';

import type { DeviceHandle } from '../handles.ts';
import { needsOf, standsApart, type WishInWords } from '../words/wishes.ts';
import type { World } from '../world.ts';

/** Plugs a device that is as a scenario wishes it. */
export async function plug(world: World, name: string, wish: WishInWords): Promise<DeviceHandle> {
  if (!standsApart(wish)) world.require('device');
  for (const features of needsOf(wish)) world.require(...features);
  const iommu = iommuFor(world, wish);
  const info = await world.running.machine.bench.plug(wired(world, wish, iommu));
  return known(world, { name, info, wish, flags: mockFlags(wish, iommu) });
}

/** A device that the kernel has made of another one, and the bench knows nothing of. */
export function madeDevice(world: World, name: string, info: DeviceInfo): DeviceHandle {
  return known(world, { name, info, wish: { function: {} }, flags: 0 });
}

function known(
  world: World,
  what: Pick<DeviceHandle, 'name' | 'info' | 'wish' | 'flags'>,
): DeviceHandle {
  return world.handles.add({
    kind: 'device',
    ...what,
    process: undefined,
    iommufd: undefined,
    container: undefined,
    fd: undefined,
    id: undefined,
    mockId: undefined,
    hwpt: undefined,
    pageTable: undefined,
    ioas: undefined,
    pasids: new Set(),
    accesses: new Map(),
  });
}

/** What a device can do that stands apart is said by the features that it comes with. */
export function requireOf(world: World, { wish }: DeviceHandle, feature: Feature): void {
  if (!standsApart(wish)) world.require(feature);
}

function iommuFor(world: World, { iommu }: WishInWords): IommuDescription | undefined {
  if (iommu === undefined || iommu === noIommu) return undefined;
  const { description } = world.running;
  const found = iommuThat(description, iommu);
  if (found !== undefined) return found;
  throw new Error(`machine "${description.name}" has no IOMMU that is described as "${iommu}"`);
}

/** In the words of the port. */
function wired(world: World, wish: WishInWords, iommu: IommuDescription | undefined): DeviceWish {
  const { function: keys, beside, bound } = wish;
  const name = iommu?.name ?? wish.iommu;
  return {
    ...(Object.keys(keys).length > 0 && { function: keys }),
    ...(name !== undefined && { iommu: name }),
    ...(beside !== undefined && { group: { with: world.handles.get('device', beside).info.id } }),
    ...(bound !== undefined && { bound }),
  };
}

/** MOCK_FLAGS_DEVICE_*: IOMMU_TEST_CMD makes a mock device by these when it is attached. */
function mockFlags(
  { function: { pasidBits = 0 } }: WishInWords,
  iommu: IommuDescription | undefined,
): number {
  const isClean = iommu?.dirtyTracking === false;
  return (pasidBits > 0 ? MOCK_FLAGS_DEVICE_PASID : 0) | (isClean ? MOCK_FLAGS_DEVICE_NO_DIRTY : 0);
}
