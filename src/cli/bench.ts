import { writeFileSync } from 'node:fs';

import { Command, Option } from 'commander';

import { attachMany, attachSecond } from './bench/devices.ts';
import { mapAmongHoles } from './bench/automatic-maps.ts';
import { dirtyBitmap } from './bench/dirty-bitmap.ts';
import { measureEmulated } from './bench/emulated.ts';
import type { EmulatedCost } from './bench/emulated.ts';
import { measureStart, measureSuite } from './bench/empty-suite.ts';
import type { SuiteCost } from './bench/empty-suite.ts';
import { measureHardware } from './bench/hardware.ts';
import type { HardwareCost, Rate } from './bench/hardware.ts';
import { measureMapUnmap, type MapUnmapCost } from './bench/map-unmap.ts';
import { requestPages } from './bench/page-requests.ts';
import { measureScaling } from './bench/scaling.ts';
import type { Measure, Scaling } from './bench/scaling.ts';
import { measureTranslations } from './bench/translations.ts';
import type { TranslationRate } from './bench/translations.ts';
import { mapAndUnmap, unmapAll } from './bench/type1.ts';
import { raiseInterrupts, readConfiguration } from './bench/vfio-device.ts';
import { measureWireCall } from './bench/wire-call.ts';
import type { WireCallCost } from './bench/wire-call.ts';

/** `npm run bench`: ratios of figures that were measured in one run, so that a slow machine does not matter. */

const sizes = [1_000, 10_000, 100_000, 1_000_000];

function say(what: string, figures: string): void {
  console.log(`${what.padEnd(35)} ${figures}`);
}

/** The dearest size beside the cheapest: what a logarithm and a cold cache cost. */
async function mapUnmap(): Promise<{ readonly sizes: MapUnmapCost[]; readonly ratio: number }> {
  // The first run pays for the compiler.
  await measureMapUnmap(1_000);
  const costs: MapUnmapCost[] = [];
  for (const areas of sizes) {
    const cost = await measureMapUnmap(areas);
    costs.push(cost);
    const { microseconds, bytesPerArea } = cost;
    say(
      `map + unmap among ${areas} areas`,
      `${microseconds.toFixed(1)} µs, ${Math.round(bytesPerArea)} bytes an area`,
    );
  }
  const ratio = (costs.at(-1)?.microseconds ?? NaN) / (costs[0]?.microseconds ?? NaN);
  say('  the most beside the fewest', `${ratio.toFixed(2)} (aim: at most 2.5)`);
  return { sizes: costs, ratio };
}

const scaled: readonly (readonly [what: string, unit: string, size: number, measure: Measure])[] = [
  ['a second device to 10^5 areas', 'an area', 100_000, attachSecond],
  ['the dirty bitmap of 1 TiB', 'a GiB', 1024, dirtyBitmap],
  ['10^4 page requests in a fault queue', 'a request', 10_000, requestPages],
  ['an automatic map among 10^5 holes', 'a hole', 100_000, mapAmongHoles],
  ['10^3 devices in one IOAS', 'a device', 1000, attachMany],
  ['10^6 maps of type1, and their unmaps', 'a mapping', 1_000_000, mapAndUnmap],
  ['10^6 mappings of type1, gone at once', 'a mapping', 1_000_000, unmapAll],
  ['10^4 interrupts by message', 'an interrupt', 10_000, raiseInterrupts],
  ['10^5 words of a configuration space', 'a word', 100_000, readConfiguration],
];

/** What a unit costs among many, beside a tenth of them. */
async function scaling(): Promise<Record<string, Scaling>> {
  const figures: Record<string, Scaling> = {};
  for (const [what, unit, size, measure] of scaled) {
    const { microseconds, ratio } = (figures[what] = await measureScaling(size, measure));
    const cost = `${microseconds.toFixed(1)} µs ${unit}`;
    say(what, `${cost}, ${ratio.toFixed(2)} times that of a tenth (aim: at most 2.5)`);
  }
  return figures;
}

function hardware(): HardwareCost {
  const cost = measureHardware();
  const rate = ({ cold, warm }: Rate): string =>
    `${(cold / 1e6).toFixed(2)} cold, ${(warm / 1e6).toFixed(2)} warm`;
  say('10^6 translations a second, one stage', `${rate(cost.oneStage)} (aim: 0.25 and 2)`);
  say('  both stages', `${rate(cost.nested)} (aim: at least half of that)`);
  say('  words that a cold walk of 4 × 4 reads', `${cost.readsOfColdNestedWalk} (24 at most)`);
  say(
    'a page invalidated among 10^6',
    `${cost.invalidation.toFixed(2)} times 10^3 (aim: at most 3)`,
  );
  return cost;
}

async function translations(): Promise<TranslationRate> {
  const figures = await measureTranslations();
  const { cold, warm } = figures;
  say('translations a second, cold IOTLB', Math.round(cold).toString());
  say(
    'translations a second, warm IOTLB',
    `${Math.round(warm)}, ${(warm / cold).toFixed(2)} times cold`,
  );
  return figures;
}

async function wire(): Promise<WireCallCost> {
  const cost = await measureWireCall();
  say('a call on the wire beside an echo', `${cost.ratio.toFixed(2)} (aim: 1.5)`);
  say('  of a hundred at once', `${cost.pipelinedRatio.toFixed(2)} (aim: 0.2)`);
  return cost;
}

async function emulate(): Promise<EmulatedCost> {
  const cost = await measureEmulated();
  const beside = (ratio: number): string =>
    `${ratio.toFixed(1)} echoes of ${cost.echo.toFixed(1)} µs`;
  say(
    'a program: an ioctl that fails',
    `${cost.failing.toFixed(1)} µs, ${beside(cost.failingRatio)}`,
  );
  say(
    '  map + unmap of a page',
    `${cost.mapUnmap.toFixed(1)} µs, ${beside(cost.mapUnmapRatio)} (aim: 5)`,
  );
  say('  a map of 1 GiB of a memfd', `${(cost.mapGibibyte / 1000).toFixed(1)} ms`);
  say('  DMA of an edu, a page at a time', `${(cost.bandwidth / 1e6).toFixed(1)} MB/s`);
  const ofKernel = (micros: number): string =>
    micros < 0 ? 'forbidden' : `${micros.toFixed(1)} µs`;
  say('  by seccomp, if nothing were done', ofKernel(cost.notification));
  say('  by ptrace, the same', ofKernel(cost.ptrace));
  return cost;
}

function suite(): SuiteCost {
  const cost = measureSuite();
  say('the suite beside an empty one', `${cost.ratio.toFixed(2)} (aim: 2.5)`);
  return cost;
}

function start(): SuiteCost {
  const cost = measureStart();
  say('the first scenario beside an empty one', `${cost.ratio.toFixed(2)} (aim: 1.5)`);
  return cost;
}

/** In the order in which they are measured. */
const parts = { mapUnmap, scaling, translations, hardware, wire, emulate, suite, start };
type Part = keyof typeof parts;

interface Options {
  readonly only: readonly Part[];
  readonly json?: string;
}

async function main({ only, json }: Options): Promise<void> {
  const figures: Record<string, unknown> = {};
  for (const part of only) figures[part] = await parts[part]();
  console.log(JSON.stringify(figures));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, undefined, 2)}\n`);
}

const names = Object.keys(parts) as Part[];

void new Command('bench')
  .description(
    'measure the reference, the wire and the suite against what they cannot be faster than',
  )
  .addOption(
    new Option('--only <part...>', 'only these figures').choices(names).default(names, 'all'),
  )
  .option('--json <file>', 'where to write the figures as well')
  .action(main)
  .parseAsync();
