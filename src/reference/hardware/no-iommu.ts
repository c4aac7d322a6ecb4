import type { DmaRequest, Hpa, Translator } from './bus.ts';
import { offsetInPage } from './page-pieces.ts';

const PAGE_SIZE = 4096;

/** Wires where an IOMMU could be: a request reaches the memory that its address names, whatever is there. NOIO-02 */
export class NoIommu implements Translator {
  translate({ iova }: DmaRequest): { readonly address: Hpa; readonly bytesToBorder: bigint } {
    return { address: iova, bytesToBorder: BigInt(PAGE_SIZE - offsetInPage(iova)) };
  }
}
