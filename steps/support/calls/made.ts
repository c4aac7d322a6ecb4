import type { MadeKind } from '#commands/field.ts';
import { recordOf } from '#commands/index.ts';
import { valueAt, type Fields } from '#commands/record.ts';

import type { Handle } from '../handles.ts';
import { ioasBehind } from '../words/names.ts';
import type { World } from '../world.ts';

/** From now on the scenario calls what the last call made by that name. */
export function nameMade(world: World, kind: MadeKind, name: string): Handle {
  const { name: call, command, fields = {}, result } = world.outcome.examine();
  world.examine({ kind: 'succeeds' });
  const record = command && recordOf(command, fields['op']);
  const made = record?.makes.find((candidate) => candidate.kind === kind);
  if (made === undefined) throw new Error(`${call} makes no ${kind}`);
  const at = (path: string): number => Number(path === 'result' ? result : valueAt(fields, path));
  const fd = made.fd === undefined ? {} : { fd: at(made.fd) };
  if (kind === 'dma-buf') {
    const length = BigInt(at('dmabuf_get.length'));
    return world.handles.add({ kind: 'memfd', name, fd: Number(result), length });
  }
  const iommufd = world.handles.first('iommufd');
  const id = made.id === undefined ? 0 : at(made.id);
  return world.handles.add({ kind, name, id, iommufd, ...fd, ...tableOf(world, kind, fields) });
}

/** What is behind a page table. */
function tableOf(world: World, kind: MadeKind, fields: Fields): object {
  if (kind !== 'hwpt') return {};
  const parent = Number(fields['pt_id']);
  const tables = [...world.handles.all('hwpt'), ...world.handles.all('vIOMMU')];
  const nested = tables.some(({ id }) => id === parent);
  return { ioas: ioasBehind(world, parent), nested };
}
