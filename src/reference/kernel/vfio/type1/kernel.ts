import type { ModuleParameters } from '../../base/module-parameters.ts';
import type { FaultInjection } from '../../mm/fault-injection.ts';
import type { Pages } from '../../mm/pages.ts';
import type { Type1Parts } from './parts.ts';

/** What type1 leans on. */
export interface Type1Kernel {
  readonly parts: Type1Parts;
  readonly pages: Pages;
  readonly parameters: ModuleParameters;
  readonly faults: FaultInjection;
}
