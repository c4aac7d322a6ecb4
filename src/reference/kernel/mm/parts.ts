import { AddressSpace } from './address-space.ts';
import { Dmabuf } from './dmabuf.ts';
import { PageFaults } from './fault.ts';
import { FaultInjection } from './fault-injection.ts';
import { Memfd } from './memfd.ts';
import { Pages } from './pages.ts';

export const mmParts = {
  AddressSpace,
  Dmabuf,
  FaultInjection,
  Memfd,
  PageFaults,
  Pages,
};

export interface MmParts {
  readonly mm: typeof mmParts;
}
