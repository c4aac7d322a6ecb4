import type { DmaRequest, Translator } from './bus.ts';
import { untranslated } from './translation.ts';
import type { Translation } from './translation.ts';

/** Wires where an IOMMU could be: a request reaches the memory that its address names, whatever is there. NOIO-02 */
export class NoIommu implements Translator {
  translate({ iova }: DmaRequest): Translation {
    return untranslated(iova);
  }
}
