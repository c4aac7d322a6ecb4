import type { RequirementTable } from '#conformance/requirement.ts';

import { accesses } from './accesses.ts';
import { copies } from './copies.ts';
import { dirty } from './dirty.ts';
import { devices } from './devices.ts';
import { dmaBufs } from './dma-bufs.ts';
import { dma } from './dma.ts';
import { faults } from './faults.ts';
import { faultInjection } from './fault-injection.ts';
import { guests } from './guests.ts';
import { hardwareInfo } from './hardware-info.ts';
import { iommus } from './iommus.ts';
import { invalidations } from './invalidations.ts';
import type { Mutant } from './mutant.ts';
import { nestedTranslation } from './nested-translation.ts';
import { emulated, noiommu } from './noiommu.ts';
import { objects } from './objects.ts';
import { accounting, options } from './options.ts';
import { pageTables } from './page-tables.ts';
import { pages } from './pages.ts';
import { pins } from './pins.ts';
import { placing } from './placing.ts';
import { ranges } from './ranges.ts';
import { smmuv3 } from './smmuv3.ts';
import { lifetimes } from './lifetimes.ts';
import { refusalsOfDevices } from './refusals-of-devices.ts';
import { refusals } from './refusals.ts';
import { testCommand } from './test-command.ts';
import { uapi } from './uapi.ts';
import { unmaps } from './unmaps.ts';
import { vfioCompat } from './vfio-compat.ts';
import { vfioGroups } from './vfio-groups.ts';
import { vfio } from './vfio.ts';
import { viommus } from './viommus.ts';

/** Every mutant, in the order in which the features are read. */
export const catalogue: readonly Mutant[] = [
  ...uapi,
  ...objects,
  ...ranges,
  ...placing,
  ...pages,
  ...copies,
  ...dmaBufs,
  ...unmaps,
  ...accesses,
  ...viommus,
  ...guests,
  ...options,
  ...accounting,
  ...vfioCompat,
  ...pins,
  ...devices,
  ...vfio,
  ...noiommu,
  ...emulated,
  ...vfioGroups,
  ...hardwareInfo,
  ...pageTables,
  ...invalidations,
  ...faults,
  ...dirty,
  ...dma,
  ...smmuv3,
  ...nestedTranslation,
  ...iommus,
  ...testCommand,
  ...faultInjection,
  ...refusals,
  ...refusalsOfDevices,
  ...lifetimes,
];

/** Those that break one of its requirements. */
export function mutantsOf({ requirements }: RequirementTable): readonly Mutant[] {
  const ids = new Set(requirements.map(({ id }) => id));
  return catalogue.filter(({ breaks }) => breaks.some((id) => ids.has(id)));
}
