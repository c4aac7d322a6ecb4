import { errnoName } from '#uapi/errno.ts';

/** Why the VMM cannot do what it was asked to, as it tells the user. What it had begun is undone by whoever catches it. */
export class VmmError extends Error {
  override readonly name: string = 'VmmError';
}

/** It cannot go on with this guest: the VMM ends, and what is undone is undone by the kernel. */
export class VmmAborted extends VmmError {
  override readonly name = 'VmmAborted';
}

/** `IOMMU_IOAS_MAP failed: ENOMEM`. */
export function failed(what: string, result: number | bigint): VmmError {
  return new VmmError(`${what} failed: ${errnoName(Number(result))}`);
}

/** The result of a call that has to succeed. */
export function must(what: string, result: number): number {
  if (result < 0) throw failed(what, result);
  return result;
}
