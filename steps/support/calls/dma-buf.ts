import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import {
  VFIO_DEVICE_FEATURE,
  VFIO_DEVICE_FEATURE_DMA_BUF,
  VFIO_DEVICE_FEATURE_GET,
  vfio_device_feature,
  vfio_device_feature_dma_buf,
} from '#uapi/vfio/feature.ts';

import type { BarOf } from '../words/memory.ts';
import type { World } from '../world.ts';
import type { CallRecord } from './outcome.ts';

/** VFIO_DEVICE_FEATURE_DMA_BUF of a BAR from its begin on, in as many pieces of equal length. Returns the file. */
export async function exportRegisters(
  world: World,
  { device, index }: BarOf,
  { length, ranges }: { readonly length: bigint; readonly ranges: number },
): Promise<CallRecord> {
  const process = world.ownerOf(device);
  const piece = length / BigInt(ranges);
  const data = vfio_device_feature_dma_buf.pack({
    region_index: index,
    open_flags: O_RDWR | O_CLOEXEC,
    flags: 0,
    nr_ranges: ranges,
    dma_ranges: Array.from({ length: ranges }, (_, index) => ({
      offset: BigInt(index) * piece,
      length: piece,
    })),
  });
  return world.call(
    process,
    { fd: device.fd ?? -1, command: VFIO_DEVICE_FEATURE },
    {
      argsz: vfio_device_feature.size + data.length,
      flags: VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF,
      data: [...data],
    },
  );
}
