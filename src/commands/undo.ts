import { IOMMU_IOAS_UNMAP } from '#uapi/iommufd/ioas.ts';
import { IOMMU_DESTROY } from '#uapi/iommufd/objects.ts';
import { VFIO_IOMMU_UNMAP_DMA } from '#uapi/vfio/iommu-type1.ts';

import {
  valueAt,
  type CommandRecord,
  type Counterpart,
  type Fields,
  type MapFields,
} from './record.ts';
import type { Scene } from './scene.ts';

/** A call that succeeded, and what the kernel made of its struct. */
export interface Success {
  readonly record: CommandRecord;
  readonly fields: Fields;
  readonly result: number;
}

/** What makes a call undone: first a file descriptor is closed, then another call is made. */
export interface Undoing {
  readonly close?: number;
  readonly call?: Counterpart;
}

function unmap({ ioas, iova, length }: MapFields, fields: Fields): Counterpart {
  const [first, size] = [fields[iova], fields[length]];
  if (ioas === undefined) return { command: VFIO_IOMMU_UNMAP_DMA, values: { iova: first, size } };
  const values = { ioas_id: fields[ioas], iova: first, length: size };
  return { command: IOMMU_IOAS_UNMAP, values };
}

/** How a call that succeeded is made undone, so that it can be made again; undefined where there is no way. */
export function undoing({ record, fields, result }: Success, scene: Scene): Undoing | undefined {
  const { undo, maps, makes } = record;
  if (undo === 'nothing') return {};
  if (undo !== undefined) return { call: undo(fields, scene) };
  if (maps !== undefined) return { call: unmap(maps, fields) };
  const made = makes.find(({ reused }) => reused !== true);
  if (made === undefined) return undefined;
  const { id, fd } = made;
  const descriptor = fd === 'result' ? result : fd && Number(valueAt(fields, fd));
  const values = id && { id: Number(valueAt(fields, id)) };
  return {
    ...(descriptor !== undefined && { close: Number(descriptor) }),
    ...(values && { call: { command: IOMMU_DESTROY, values } }),
  };
}
