import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  VFIO_DEVICE_STATE_ERROR,
  VFIO_DEVICE_STATE_PRE_COPY,
  VFIO_DEVICE_STATE_PRE_COPY_P2P,
  VFIO_DEVICE_STATE_RESUMING,
  VFIO_DEVICE_STATE_RUNNING,
  VFIO_DEVICE_STATE_RUNNING_P2P,
  VFIO_DEVICE_STATE_STOP,
  VFIO_DEVICE_STATE_STOP_COPY,
  VFIO_MIGRATION_P2P,
  VFIO_MIGRATION_PRE_COPY,
  VFIO_MIGRATION_STOP_COPY,
} from '#uapi/vfio/feature.ts';

import { nextState } from './migration.ts';

const letters: ReadonlyMap<string, number> = new Map([
  ['E', VFIO_DEVICE_STATE_ERROR],
  ['R', VFIO_DEVICE_STATE_RUNNING],
  ['p', VFIO_DEVICE_STATE_RUNNING_P2P],
  ['k', VFIO_DEVICE_STATE_PRE_COPY],
  ['q', VFIO_DEVICE_STATE_PRE_COPY_P2P],
  ['S', VFIO_DEVICE_STATE_STOP],
  ['C', VFIO_DEVICE_STATE_STOP_COPY],
  ['L', VFIO_DEVICE_STATE_RESUMING],
]);

function stateOf(letter: string): number {
  return letters.get(letter) ?? -1;
}

/** The states on the way, by their letters; EINVAL where there is none. */
function way(from: string, to: string, flags: number): string {
  let path = '';
  for (let state = stateOf(from); state !== stateOf(to);) {
    const next = nextState(state, stateOf(to), flags);
    if (next === 'EINVAL') return next;
    const letter = [...letters].find(([, number]) => number === next)?.[0] ?? '?';
    path += letter;
    state = next;
  }
  return path;
}

const all = VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P | VFIO_MIGRATION_PRE_COPY;

/** From the first letter to the second one, of a device with these VFIO_MIGRATION_*. */
const ways: readonly (readonly [ends: string, path: string, flags: number])[] = [
  ['Rp', 'p', all],
  ['Rk', 'k', all],
  ['Rq', 'pq', all],
  ['RS', 'pS', all],
  ['RC', 'pSC', all],
  ['RL', 'pSL', all],
  ['pk', 'Rk', all],
  ['pC', 'SC', all],
  ['kS', 'RpS', all],
  ['kC', 'qC', all],
  ['kL', 'RpSL', all],
  ['qR', 'pR', all],
  ['qS', 'pS', all],
  ['SR', 'pR', all],
  ['Sk', 'pRk', all],
  ['CR', 'SpR', all],
  ['Lk', 'SpRk', all],
  ['RS', 'S', VFIO_MIGRATION_STOP_COPY],
  ['RC', 'SC', VFIO_MIGRATION_STOP_COPY],
  ['LR', 'SR', VFIO_MIGRATION_STOP_COPY],
  ['kC', 'C', VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_PRE_COPY],
  ['kS', 'RS', VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_PRE_COPY],
  ['Lk', 'SRk', VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_PRE_COPY],
  ['RC', 'pSC', VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P],
];

for (const [ends, path, flags] of ways) {
  const [from = '', to = ''] = ends;
  test(`from ${from} to ${to} a device with ${flags} goes by ${path}`, () => {
    assert.equal(way(from, to, flags), path);
  });
}

test('states that a device lacks are neither left nor reached', () => {
  for (const state of ['p', 'k', 'q']) {
    assert.equal(way('R', state, VFIO_MIGRATION_STOP_COPY), 'EINVAL', state);
    assert.equal(way(state, 'R', VFIO_MIGRATION_STOP_COPY), 'EINVAL', state);
  }
  assert.equal(way('R', 'q', VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_PRE_COPY), 'EINVAL');
  assert.equal(way('R', 'k', VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P), 'EINVAL');
});

test('what has stopped does not begin to copy as if it ran, and nothing leads from or to ERROR', () => {
  for (const state of ['k', 'q']) assert.equal(way('C', state, all), 'EINVAL', state);
  for (const state of ['R', 'S', 'C', 'L']) {
    assert.equal(way('E', state, all), 'EINVAL', state);
    assert.equal(way(state, 'E', all), 'EINVAL', state);
  }
});
