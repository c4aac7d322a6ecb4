/** What one unit costs among many, beside what it costs among a tenth of them. */
export interface Scaling {
  readonly size: number;
  /** Microseconds of processor time for each unit. */
  readonly microseconds: number;
  /** In terms of a unit among a tenth as many. */
  readonly ratio: number;
}

/** Measures an operation on `size` units; resolves with the microseconds of processor time that it took as a whole. */
export type Measure = (size: number) => Promise<number>;

/** The first run pays for the compiler; of the others the cheapest counts, as a busy machine only ever adds. */
export async function measureScaling(size: number, measure: Measure): Promise<Scaling> {
  const tenth = Math.floor(size / 10);
  await measure(size);
  const small = await cheapest(3, () => measure(tenth));
  const large = await cheapest(2, () => measure(size));
  const microseconds = large / size;
  return { size, microseconds, ratio: microseconds / (small / tenth) };
}

/** Microseconds of processor time, without what the operations before have left to collect. */
export async function cpuTime(operation: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const start = process.cpuUsage();
  await operation();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

async function cheapest(times: number, measure: () => Promise<number>): Promise<number> {
  const costs: number[] = [];
  for (let time = 0; time < times; time += 1) costs.push(await measure());
  return Math.min(...costs);
}
