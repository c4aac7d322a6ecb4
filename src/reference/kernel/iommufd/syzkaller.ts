import type { Ioas } from './ioas.ts';

/** selftest.c: iommufd_test_syz_conv_iova(): the number of an area in the low half, an offset into it in the high half. ABI-26 */
export function convertIova(ioas: Ioas, iova: bigint): bigint {
  let nth = BigInt.asUintN(32, iova);
  for (const area of ioas.iopt.areas.all()) {
    if (nth-- === 0n) return area.first + (iova >> 32n);
  }
  return 0n;
}
