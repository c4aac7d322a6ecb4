import { mutants } from '#mutants/mutant.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** Reset. */
export const entries = mutants(
  {
    id: 'SEED-2020',
    breaks: ['VFIO-RST-01'],
    story: 'A device without a reset answers as if there were no such command.',
    like: 'vfio_pci_ioctl_reset() that leaves it to pci_try_reset_function()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciCore {
        protected override reset(): ErrnoName | void {
          return this.resetWorks ? super.reset() : 'ENOTTY';
        }
      },
  },
  {
    id: 'SEED-2021',
    breaks: ['VFIO-RST-01', 'VFIO-RST2-05'],
    story: 'A reset of its own function is not used.',
    like: 'pci_init_reset_methods() without pcie_reset_flr()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciFunction {
        protected override get hasFlr(): boolean {
          return false;
        }
      },
  },
);
