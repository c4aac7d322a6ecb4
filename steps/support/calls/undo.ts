import { recordOf } from '#commands/index.ts';
import { undoing } from '#commands/undo.ts';

import type { CallRecord } from './outcome.ts';
import type { FaultyCall } from '../looks/faults.ts';
import { demand } from './scratch.ts';
import { sceneOf } from './scene.ts';
import type { World } from '../world.ts';

/** Puts back what an unmap took away. */
async function mapAgain(world: World, call: FaultyCall): Promise<boolean> {
  for (const { made } of world.mappings) {
    if (made === undefined) return false;
    const { command, fields } = made;
    await world.probe(call.process, { fd: call.fd, command }, fields);
  }
  return true;
}

/** Makes a call that succeeded undone, so that it can be made again. False where there is no way. */
export async function undo(world: World, call: FaultyCall, made: CallRecord): Promise<boolean> {
  const { command, process, fd } = call;
  const { fields = {}, result } = made;
  const record = recordOf(command, fields['op']);
  if (record === undefined) return false;
  if (record.unmaps?.ioas !== undefined) return mapAgain(world, call);
  const success = { record, fields, result: Number(result) };
  const way = undoing(success, sceneOf(world, process));
  if (way === undefined) return false;
  if (way.close !== undefined) demand('close, to undo', await process.port.close(way.close));
  if (way.call === undefined) return true;
  const undone = await world.probe(process, { fd, command: way.call.command }, way.call.values);
  demand(`${way.call.command.name}, to undo ${command.name}`, undone.result);
  return true;
}
