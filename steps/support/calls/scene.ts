import { recordNamed } from '#commands/index.ts';
import { validValues, type Scene } from '#commands/scene.ts';
import { vendorOf } from '#commands/vendors/index.ts';
import { featuresOf } from '#port/derived-features.ts';

import type { ProcessHandle } from '../handles.ts';
import type { World } from '../world.ts';

/** What a call of that process finds in a scenario. */
export function sceneOf(world: World, { scratch }: ProcessHandle): Scene {
  const { handles, pageSize, mappings, running } = world;
  const [device] = handles.all('device');
  return {
    pageSize,
    vendor: vendorOf(featuresOf(running.description)),
    mapping: mappings[0],
    memory: handles.all('buffer')[0]?.address,
    list: scratch.array,
    deviceName: device?.info.id,
    id: (kind, which) => idsOf(world, kind).at(which === 'first' ? 0 : -1),
    file: (kind) => filesOf(world, kind)[0],
    tableOf: (mock) => handles.all('device').find(({ mockId }) => mockId === mock)?.hwpt,
  };
}

function idsOf({ handles }: World, kind: Parameters<Scene['id']>[0]): (number | undefined)[] {
  switch (kind) {
    case 'bound device':
      return handles.all('device').map(({ id }) => id);
    case 'mock device':
    case 'pasid device':
      return handles.all('device').map(({ mockId }) => mockId);
    case 'nested':
      return handles.all('hwpt').flatMap(({ nested, id }) => (nested === true ? [id] : []));
    case 'parent':
    case 'tracking':
    case 'pasid table':
      return handles.all('hwpt').map(({ id }) => id);
    default:
      return handles.all(kind).map(({ id }) => id);
  }
}

function filesOf({ handles }: World, kind: Parameters<Scene['file']>[0]): (number | undefined)[] {
  if (kind === 'container')
    return [...handles.all(kind), ...handles.all('iommufd')].map(({ fd }) => fd);
  return handles.all(kind === 'dma-buf' ? 'memfd' : kind).map(({ fd }) => fd);
}

/** What the fields of a call hold that a scenario does not tell. */
export function validFor(
  world: World,
  process: ProcessHandle,
  { name }: { readonly name: string },
): Record<string, unknown> {
  const record = recordNamed(name);
  return record === undefined ? {} : validValues(sceneOf(world, process), record);
}
