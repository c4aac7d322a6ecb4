import type { DmaAccess } from '#port/bench.ts';
import type { Address } from '#port/process.ts';

/** Bytes of the largest sample. */
export const sampleBytes = 64;

/** A transfer takes 100 ms: of a long range, this many places are looked at. */
const mostSamples = 8;
/** What the IOMMU translates as one. */
const pageBytes = 4096n;

export interface Sample {
  readonly iova: bigint;
  readonly address: Address;
  readonly length: number;
}

/**
 * Places of a range that stand for the whole: around every other page border, so that one sample looks at two pages,
 * and at both ends. Of a range with too many borders, evenly spread ones.
 */
export function samplesOf(
  { iova, length }: Pick<DmaAccess, 'iova' | 'length'>,
  address: Address,
): readonly Sample[] {
  const centres = spread(centresOf(iova, BigInt(length)));
  return centres.map((centre) => {
    const first = centre - BigInt(sampleBytes / 2) - iova;
    const last = first + BigInt(sampleBytes);
    const start = first < 0n ? 0n : first;
    const end = last > BigInt(length) ? BigInt(length) : last;
    return { iova: iova + start, address: address + start, length: Number(end - start) };
  });
}

/** One for every two pages; the last one is the end of the range where its page would be left over. */
function centresOf(iova: bigint, length: bigint): readonly bigint[] {
  const end = iova + length;
  const firstPage = iova / pageBytes;
  const lastPage = (end - 1n) / pageBytes;
  const centres: bigint[] = [];
  for (let page = firstPage; page < lastPage; page += 2n) centres.push((page + 1n) * pageBytes);
  if ((lastPage - firstPage) % 2n === 0n) centres.push(end);
  return centres;
}

function spread(centres: readonly bigint[]): readonly bigint[] {
  if (centres.length <= mostSamples) return centres;
  const step = (centres.length - 1) / (mostSamples - 1);
  return Array.from({ length: mostSamples }, (_, index) => centres[Math.round(index * step)] ?? 0n);
}
