import { mutants } from '#mutants/mutant.ts';

/** What becomes of a device that is wanted back. */
export const entries = mutants({
  id: 'SEED-2223',
  breaks: ['VFIO-INT-25'],
  story: 'A device whose driver is on its way out stops at once.',
  like: 'vfio_pci_core_request() that disables the device',
  bug: ({ vfioPci }) =>
    class extends vfioPci.VfioPciCore {
      override request(): void {
        super.request();
        this.pci.command = 0;
      }
    },
});
