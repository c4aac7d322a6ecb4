import { RandomNumbers } from '../lib/random-numbers.ts';

export const PAGES_PER_BLOCK = 512n;

/** Pages that lie behind each other, where a block of 2 MiB is given out page by page. */
const runs = [512, 1, 2, 16] as const;

/**
 * In which order free memory is given out. Nothing in an ABI promises any: a machine that was just booted gives one page
 * after the other, one that has run for a while, or with page_alloc.shuffle=1, does not. Bits of the seed, so that small
 * seeds differ: 0 whether memory that was given back is in use again at once or as late as possible; 1 and 2 how many
 * pages lie behind each other; 3 whether these go up or down. The rest, like these, decides what comes after what. Seed 0
 * is the machine that was just booted.
 */
export class MemoryLayout {
  readonly reusesLate: boolean;
  private readonly seed: number;
  private readonly run: number;
  private readonly down: boolean;
  private readonly random: RandomNumbers;

  /** A whole number below 2^31. */
  constructor(seed: number) {
    this.seed = seed;
    this.reusesLate = (seed & 1) !== 0;
    this.run = runs[(seed >> 1) & 3] ?? 1;
    this.down = (seed & 8) !== 0;
    this.random = new RandomNumbers(seed);
  }

  /** Which block is the `index`th of `count` that comes into use: each once. */
  block(index: bigint, count: bigint): bigint {
    if (this.seed === 0) return index;
    const [step, start] = [strideFor(count, BigInt(this.seed)), BigInt(this.seed)];
    return (start + index * step) % count;
  }

  /** The pages of a block by their numbers in it, in the order in which they come into use. */
  pages(): readonly bigint[] {
    const count = Number(PAGES_PER_BLOCK);
    const firsts = Array.from({ length: count / this.run }, (_, index) => index * this.run);
    if (this.seed !== 0) this.random.shuffle(firsts);
    const inRun = Array.from({ length: this.run }, (_, index) => index);
    if (this.down) inRun.reverse();
    return firsts.flatMap((first) => inRun.map((page) => BigInt(first + page)));
  }
}

/** About 0.618 of them, so that what comes next is far away; without a common divisor. */
function strideFor(count: bigint, seed: bigint): bigint {
  let stride = (count * 618n) / 1000n + (seed % 16n) + 1n;
  while (divisor(stride, count) !== 1n) stride += 1n;
  return stride;
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}
