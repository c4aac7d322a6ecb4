import { ArmSmmuV3 } from './arm-smmu-v3.ts';
import { SmmuCommands } from './command-queue.ts';
import { ContextTable } from './context-table.ts';
import { SmmuEvents } from './events.ts';
import { SmmuNestedDomain } from './nested-domain.ts';
import { SmmuDomain } from './smmu-domain.ts';
import { StreamTable } from './stream-table.ts';
import { Vsmmu } from './vsmmu.ts';

export const armParts = {
  ArmSmmuV3,
  ContextTable,
  SmmuCommands,
  SmmuDomain,
  SmmuEvents,
  SmmuNestedDomain,
  StreamTable,
  Vsmmu,
};

export interface ArmParts {
  readonly arm: typeof armParts;
}
