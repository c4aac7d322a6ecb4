import type { MemoryBus } from '../../hardware/bus.ts';
import type { ModuleParameters } from '../base/module-parameters.ts';
import type { FaultInjection } from '../mm/fault-injection.ts';
import type { Pages } from '../mm/pages.ts';
import type { CommandSource } from './dispatcher.ts';
import type { Iommufd } from './main.ts';
import type { IommufdParts } from './parts.ts';

/** What iommufd leans on. */
export interface IommufdKernel {
  readonly parts: IommufdParts;
  readonly pages: Pages;
  readonly bus: MemoryBus;
  readonly parameters: ModuleParameters;
  readonly faults: FaultInjection;
  /** CONFIG_IOMMUFD_TEST: makes the commands of tests. A kernel without them does nothing that only tests do. MOCK-03 */
  readonly selftest: ((context: Iommufd) => CommandSource) | undefined;
}
