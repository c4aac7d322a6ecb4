import { mutants } from '#mutants/mutant.ts';

/** A copy engine. */
export const entries = mutants(
  {
    id: 'SEED-2160',
    breaks: ['HW-CPY-01'],
    story: 'One descriptor too many is done.',
    like: 'a DMACOUNT that is the number of the last descriptor',
    bug: ({ pci }) =>
      class extends pci.CopyEngine {
        protected override run(): void {
          super.run();
          this.perform(this.next);
        }
      },
  },
  {
    id: 'SEED-2161',
    breaks: ['HW-CPY-02'],
    story: 'A write that the IOMMU refuses is passed over.',
    like: 'a channel without WRITE_DATA_ERR',
    bug: ({ pci }) =>
      class extends pci.CopyEngine {
        protected override perform(at: bigint): number | undefined {
          const error = super.perform(at);
          return error === errorOfWrites ? undefined : error;
        }
      },
  },
  {
    id: 'SEED-2162',
    breaks: ['HW-CPY-03'],
    story: 'An interrupt that was sent leaves the channel armed.',
    like: 'a channel without INT_REARM',
    bug: ({ pci }) =>
      class extends pci.CopyEngine {
        protected override interrupt(): void {
          const { isArmed } = this;
          super.interrupt();
          this.isArmed = isArmed;
        }
      },
  },
);

const errorOfWrites = 0x200;
