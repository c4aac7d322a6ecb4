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
    [
      'Type1Iommu.detachGroup.isReal',
      'BooleanLiteral',
      '!this.domains.emulated.has(group)',
      'this.domains.emulated.has(group)',
    ],
  ),
  ...alike(
    'src/reference/kernel/vfio/hardware.ts',
    'a token that nobody was told is drawn by lot: any other would do',
    ['VfToken.uuid', 'ArithmeticOperator', 'index * 29', 'index / 29'],
  ),
  ...alike(
    'src/reference/kernel/vfio/pci/pci-function.ts',
    'the first word has the ids of the device, which nobody can write',
    ['PciFunction.restoreState', 'EqualityOperator', 'at >= 0', 'at > 0'],
  ),
  ...alike(
    'src/reference/kernel/vfio/pci/dmabuf.ts',
    'a file that is put under an errno in place of a number is found by nobody, and the errno is returned all the same',
    ['VfioPciDmabufs.install', 'ConditionalExpression', 'isErrno(fd)', 'false'],
  ),
];
