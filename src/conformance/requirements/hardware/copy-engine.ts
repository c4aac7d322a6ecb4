import { book, linux, requirements } from '../../requirement.ts';

const sheet = book(
  'Intel Xeon Processor E5 v3 Datasheet, Volume 2',
  'Intel QuickData Technology, unchecked',
);
const ioat = (symbol: string) => linux('drivers/dma/ioat/registers.h', symbol);

export const copyEngine = requirements(
  {
    family: 'HW-CPY',
    title: 'A copy engine of Intel, which the VFIO driver test of the kernel drives',
    since: '6.12',
    profile: 'hardware-pci',
  },
  {
    1: {
      says: 'A copy engine does as many descriptors of its chain as its count says, from memory to memory as its IOMMU leads, and its status tells the address of the last one.',
      level: 'contract',
      source: [sheet, ioat('IOAT_CHAN_DMACOUNT_OFFSET')],
    },
    2: {
      says: 'A descriptor that cannot be read, whose memory is refused, that is too long or no copy halts the channel: CHANERR says why, and what comes after it is not done.',
      level: 'contract',
      source: [sheet, ioat('IOAT_CHANERR_OFFSET')],
    },
    3: {
      says: 'A descriptor that asks for an interrupt gives one for each time that the channel was armed.',
      level: 'contract',
      source: [sheet, ioat('IOAT_CHANCTRL_INT_REARM')],
    },
  },
);
