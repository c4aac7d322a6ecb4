import { alike } from './equivalent.ts';
import type { Equivalent } from './equivalent.ts';

/** In `reference/kernel/vfio/`. */
export const vfio: readonly Equivalent[] = [
  ...alike(
    'src/reference/kernel/vfio/type1/domains.ts',
    'an optimisation: a group that could share the page table of another one has one of its own, with the same in it',
    [
      'Domains.settle',
      'ConditionalExpression',
      'this.join(group, domain, enforcesCoherency)',
      'false',
    ],
  ),
  ...alike(
    'src/reference/kernel/vfio/type1/type1.ts',
    'it shows when devices that pin nothing leave those that do in a container, and no machine has emulated devices beside those with an IOMMU',
    ['Type1Iommu.detachGroup', 'ConditionalExpression', 'isReal && this.isTracking', 'false'],
  ),
  ...alike(
    'src/reference/kernel/vfio/pci/dmabuf.ts',
    'a file that is put under an errno in place of a number is found by nobody, and the errno is returned all the same',
    ['VfioPciDmabufs.install', 'ConditionalExpression', 'isErrno(fd)', 'false'],
  ),
];
