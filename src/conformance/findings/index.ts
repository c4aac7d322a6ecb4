import type { Finding } from './finding.ts';
import { hardware } from './hardware.ts';
import { iommufd } from './iommufd.ts';
import { messages } from './messages.ts';
import { migration } from './migration.ts';
import { type1 } from './type1.ts';
import { vfio } from './vfio.ts';

/** Every finding, in the order of their numbers. */
export const findings: readonly Finding[] = [
  ...iommufd,
  ...vfio,
  ...hardware,
  ...type1,
  ...migration,
  ...messages,
];
