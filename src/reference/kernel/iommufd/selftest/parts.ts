import type { IommufdParts } from '../parts.ts';
import { AccessTests } from './access-commands.ts';
import { SelftestAccess } from './access-file.ts';
import { TestCommands } from './commands.ts';
import { SelftestDevice } from './device.ts';
import { DirtyTests } from './dirty-commands.ts';
import { DmabufTests } from './dmabuf-commands.ts';
import { PageRequestTests } from './page-request-commands.ts';
import { PasidTests } from './pasid-commands.ts';
import { ViommuTests } from './viommu-commands.ts';

export const selftestParts = {
  AccessTests,
  DirtyTests,
  DmabufTests,
  PageRequestTests,
  PasidTests,
  SelftestAccess,
  SelftestDevice,
  TestCommands,
  ViommuTests,
};

export interface SelftestParts extends IommufdParts {
  readonly selftest: typeof selftestParts;
}
