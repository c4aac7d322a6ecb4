import { AmdIommuUnit } from '#reference/hardware/amd/amd-iommu-unit.ts';
import { nestingFeatures } from '#reference/hardware/amd/capabilities.ts';
import { amdviParts } from '#reference/hardware/amd/parts.ts';
import type { Translator } from '#reference/hardware/bus.ts';
import { PhysicalMemory } from '#reference/hardware/memory.ts';
import { hardwareParts } from '#reference/hardware/parts.ts';
import { smmuv3Parts } from '#reference/hardware/smmuv3/parts.ts';
import { SmmuUnit } from '#reference/hardware/smmuv3/smmu-unit.ts';
import { vtdParts } from '#reference/hardware/vtd/parts.ts';
import { VtdUnit } from '#reference/hardware/vtd/vtd-unit.ts';
import { RandomNumbers } from '#reference/kernel/lib/random-numbers.ts';

import { Lots } from './trial.ts';

/** A unit whose tables and commands are garbage, and how a command is given to it. */
interface Victim {
  readonly unit: Translator;
  command(): void;
}

export interface Garbage {
  readonly name: string;
  make(memory: PhysicalMemory): Victim;
}

const FRAMES = 64;
const FRAME = 4096n;
const ROOT = 0n;
/** Frames of the queues, and their bytes. */
const [COMMANDS, EVENTS, RING] = [60n * FRAME, 62n * FRAME, 4096];

/** A ring whose tail goes on by one command, and around. */
function ring(bytes: number, give: (tail: number) => void): () => void {
  let tail = 0;
  return () => {
    tail = (tail + bytes) % RING;
    give(tail);
  };
}

function vtd(name: string, scalable: boolean, wide: boolean): Garbage {
  const make = (memory: PhysicalMemory): Victim => {
    const model = { scalable, snoopControl: true, addressBits: 48 } as const;
    const parts = { hardware: hardwareParts, vtd: vtdParts };
    const unit = new VtdUnit({ memory, parts, model });
    unit.setRootTable(ROOT | (scalable ? 0x400n : 0n));
    unit.enableTranslation();
    // A queue that stopped is enabled again, as a driver would.
    const command = ring(wide ? 32 : 16, (tail) => {
      if (unit.invalidationQueue.failed || tail === 0)
        unit.invalidationQueue.enable(COMMANDS, BigInt(RING), wide);
      else unit.invalidationQueue.writeTail(BigInt(tail));
    });
    unit.invalidationQueue.enable(COMMANDS, BigInt(RING), wide);
    return { unit, command };
  };
  return { name, make };
}

function smmuv3(): Garbage {
  const make = (memory: PhysicalMemory): Victim => {
    const parts = { hardware: hardwareParts, smmuv3: smmuv3Parts };
    const model = {
      ...{ secondStage: true, coherent: true, smallPages: true },
      ...{ ats: false, substreamBits: 0, updatesTables: false, stalls: false },
    };
    const unit = new SmmuUnit({ memory, parts, model });
    const { eventQueue, commandQueue } = unit;
    eventQueue.enable(EVENTS, 4, () => eventQueue.consume(eventQueue.producer));
    unit.enable(ROOT);
    let produced = 0;
    const command = (): void => {
      produced = produced === 0 ? 1 : 0;
      if (produced === 0) commandQueue.enable(COMMANDS, RING / 16);
      else commandQueue.produce(produced);
    };
    commandQueue.enable(COMMANDS, RING / 16);
    return { unit, command };
  };
  return { name: 'SMMUv3', make };
}

function amd(): Garbage {
  const make = (memory: PhysicalMemory): Victim => {
    const parts = { hardware: hardwareParts, amdvi: amdviParts };
    const unit = new AmdIommuUnit({ memory, parts, features: nestingFeatures });
    unit.setDeviceTable(ROOT, 7n);
    unit.enable();
    unit.commandBuffer.enable(COMMANDS, BigInt(RING));
    const command = ring(16, (tail) => unit.commandBuffer.writeTail(BigInt(tail)));
    return { unit, command };
  };
  return { name: 'AMD', make };
}

export const garbage: readonly Garbage[] = [
  vtd('VT-d legacy', false, false),
  vtd('VT-d scalable', true, true),
  smmuv3(),
  amd(),
];

/** Words that are any, or lead into memory, or have few bits. */
function scrap(lots: Lots): bigint {
  const any = (lots.bits(63) << 1n) | lots.bits(1);
  const near = (BigInt(lots.below(FRAMES)) << 12n) | lots.bits(12);
  return lots.pick([any, near, near | (lots.bits(3) << 61n), lots.bits(8), 0n]);
}

const WORDS = 96;
const ACCESSES_EACH = 20;

/**
 * Lets units go through tables of scrap, and carry out commands of scrap: whatever they do, they come back, and throw
 * nothing. Resolves with how many accesses went through.
 */
export function surviveGarbage({ make }: Garbage, accesses: number, seed: number): number {
  const lots = new Lots(new RandomNumbers(seed));
  let through = 0;
  for (let done = 0; done < accesses; done += ACCESSES_EACH) {
    const memory = new PhysicalMemory();
    memory.provide(0n, BigInt(FRAMES) * FRAME);
    for (let word = 0; word < WORDS; word += 1) litter(memory, lots);
    const { unit, command } = make(memory);
    for (let access = 0; access < ACCESSES_EACH; access += 1) {
      litter(memory, lots);
      for (const more of [0n, 8n, 16n, 24n]) memory.write64(COMMANDS + more, scrap(lots));
      if (lots.chance(30)) command();
      if (unit.translate(draw(lots))) through += 1;
    }
  }
  return through;
}

/** Where tables begin there is more of it. */
function litter(memory: PhysicalMemory, lots: Lots): void {
  const frame = BigInt(lots.chance(40) ? lots.below(2) : lots.below(FRAMES));
  const offset = BigInt(lots.chance(60) ? lots.below(16) : lots.below(512)) * 8n;
  memory.write64(frame * FRAME + offset, scrap(lots));
}

function draw(lots: Lots): Parameters<Translator['translate']>[0] {
  const pasid = lots.chance(30) ? { pasid: lots.below(0x10_0000) } : {};
  const iova = lots.chance(50) ? lots.bits(22) : lots.bits(63);
  return { rid: lots.below(8), iova, write: lots.chance(40), ...pasid };
}
