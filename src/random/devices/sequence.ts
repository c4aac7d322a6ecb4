import type { Machine } from '#port/implementation.ts';
import type { Feature } from '#port/features.ts';

import { Finding } from '../finding.ts';
import type { Found, Sequence, Sort } from '../sequences.ts';
import { access } from './accesses.ts';
import { actionsOn, type Action, type ActionOf } from './action.ts';
import { PAGE, tablePages } from './addresses.ts';
import { attach, close, detach } from './attachments.ts';
import {
  guestMaps,
  guestMapsLarge,
  guestReplaces,
  guestUnmaps,
  invalidate,
} from './guest-writes.ts';
import { map, toggleTables, unmap, unmapRange } from './host-memory.ts';
import { openings, openStage, type DeviceMachine } from './opening.ts';
import { PageFaults } from './page-faults.ts';
import { destroy, make } from './page-tables.ts';
import { Rig } from './rig.ts';
import type { Stage } from './stage.ts';

/** One machine whose devices move bytes, running. */
export interface Running extends DeviceMachine {
  readonly machine: Machine;
  /** Invariants are checked after so many actions. */
  readonly every: number;
}

export function onDevices(running: Running): Sort<Action> {
  return {
    openings: openings.length,
    calls: actionsOn(running.features).map(({ weight, action }) => [weight, action] as const),
    nameOf: ({ kind }) => kind,
    begin: async () => new DeviceSequence(running, await Rig.take(running.machine)),
    options: `--devices --machine ${running.description.name} --every ${running.every}`,
  };
}

type Does = { [K in Action['kind']]: (action: ActionOf<K>) => Promise<boolean> };

function everythingOn(stage: Stage, faults: PageFaults): Does {
  return {
    map: (action) => map(stage, action),
    unmap: (action) => unmap(stage, action),
    'unmap range': (action) => unmapRange(stage, action),
    'toggle tables': (action) => toggleTables(stage, action),
    attach: (action) => attach(stage, action),
    detach: (action) => detach(stage, action),
    make: (action) => make(stage, action),
    destroy: (action) => destroy(stage, action),
    close: (action) => close(stage, action),
    'guest maps': (action) => guestMaps(stage, action),
    'guest unmaps': (action) => guestUnmaps(stage, action),
    'guest maps 2 MiB': (action) => guestMapsLarge(stage, action),
    'guest replaces': (action) => guestReplaces(stage, action),
    invalidate: (action) => invalidate(stage, action),
    access: (action) => access(stage, action),
    request: (action) => faults.request(action),
    begin: (action) => faults.begin(action),
    'go on': (action) => faults.goOn(action),
    'read queue': () => faults.readQueue(),
    answer: (action) => faults.answer(action),
  };
}

class DeviceSequence implements Sequence<Action> {
  made = 0;
  readonly #running: Running;
  readonly #rig: Rig;
  #stage: Stage | undefined;
  #faults: PageFaults | undefined;
  #does: Does | undefined;

  constructor(running: Running, rig: Rig) {
    [this.#running, this.#rig] = [running, rig];
  }

  async open(opening: number): Promise<void> {
    this.#stage = await openStage(this.#rig, this.#running, opening);
    this.#faults = new PageFaults(this.#stage);
    this.#does = everythingOn(this.#stage, this.#faults);
    await this.#checkPins();
  }

  async perform(action: Action): Promise<void> {
    const does = this.#does?.[action.kind] as ((action: Action) => Promise<boolean>) | undefined;
    if (does === undefined || !(await does(action))) return;
    this.made += 1;
    await this.#faults?.checkAnswers();
    if (this.made % this.#running.every === 0) await this.#checkPins();
  }

  /** What is mapped is pinned once, as long as a page table is filled with it. */
  async #checkPins(): Promise<void> {
    const stage = this.#stage;
    if (stage === undefined || !this.#running.features.has('proc')) return;
    const tables = stage.guests.filter(({ table }) => table.isMapped).length * tablePages;
    const pages = stage.ioases.map(({ space }, nth) =>
      stage.isFilled(nth) ? space.pages + (nth === 0 ? tables : 0) : 0,
    );
    const expected = BigInt(pages.reduce((sum, each) => sum + each, 0)) * PAGE;
    await this.#demandPins(expected, 'mappings hold');
  }

  async #demandPins(expected: bigint, why: string): Promise<void> {
    const { pinned } = await this.#rig.charges();
    if (pinned === expected) return;
    const { name } = this.#rig.machine.identity;
    throw new Finding(`${name}: ${pinned} bytes are pinned; ${why} ${expected}`, () => [
      `    Then it has ${expected} bytes pinned`,
    ]);
  }

  async end(): Promise<void> {
    const { machine } = this.#rig;
    await this.#checkPins();
    for (const nth of this.#stage?.devices.keys() ?? []) this.#stage?.requests.leave(nth, 'any');
    await this.#rig.closeAll();
    await this.#faults?.checkAnswers();
    if (this.#running.features.has('proc')) await this.#demandPins(0n, 'after all is closed');
    await this.#rig.leave();
    await machine.bench.reset();
    const complaints = await machine.complaints();
    if (complaints.length > 0) throw new Finding(complaints.join('\n'));
  }

  async abandon(): Promise<void> {
    const { machine } = this.#rig;
    await this.#rig.closeAll();
    await this.#rig.leave();
    await machine.bench.reset();
    await machine.complaints();
  }

  scenario({ cause, repeat, shows }: Found): string {
    const needs = [...needsOf(this.#running.features), ...(this.#stage?.needs ?? [])];
    const tags = needs.map((need) => `@needs:${need}`).join(' ');
    return [
      `  # npm run random -- ${repeat}`,
      `  ${tags}`,
      `  Scenario: ${cause.split('\n')[0]}`,
      ...(this.#stage?.steps ?? []),
      ...(shows?.('') ?? []),
    ].join('\n');
  }
}

/** By which a machine like this one is found again, beside what the sequences need of any. */
const telling: readonly Feature[] = [
  ...(['intel-iommu', 'intel-nesting', 'smmuv3', 'smmuv3-nesting', 'smmuv3-express'] as const),
  ...(['amd-iommu', 'amd-nesting', 'amd-guest-tables', 'virtio-iommu'] as const),
  ...(['device-with-pasids', 'device-with-page-requests', 'device-with-tlb'] as const),
  'dma-with-page-requests',
];

export const needed = [
  ...(['dma', 'vfio-device', 'two-devices', 'hwpt-alloc'] as const),
] satisfies readonly Feature[];

function needsOf(features: ReadonlySet<Feature>): readonly Feature[] {
  return [...needed, ...telling.filter((each) => features.has(each))];
}
