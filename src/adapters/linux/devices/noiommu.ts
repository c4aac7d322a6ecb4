import { eduGroups } from '#lab/hardware.ts';
import type { Bench } from '#port/bench.ts';
import type { DeviceOffer } from '#port/machine-description.ts';
import type { SyscallResult } from '#port/process.ts';
import type { DescribedMachine } from '../../wish/offer-for.ts';
import type { Files } from '../files.ts';
import { EduBench } from './edu.ts';
import type { EduDevice } from './edu.ts';
import { EmulatedBench } from './emulated.ts';
import type { FaultLog } from './fault-log.ts';
import { MixedBench } from './mixed.ts';
import { bareOffers } from './offers.ts';
import { mttyDevices } from './mtty.ts';
import { physicalWindow } from './physical-window.ts';
import { SelftestBench } from './selftest.ts';
import { bindInNoiommuMode, bindWithoutIommu, giveWithoutNoiommu } from './vfio-pci.ts';

/** Of a machine without an IOMMU: mock devices; beside them, `edu` devices in noiommu mode or not, and emulated ones. */
export async function noiommuBench(
  described: DescribedMachine,
  files: Files,
  faults: FaultLog,
): Promise<Bench> {
  const { refused, inNoiommuMode, emulated } = bareOffers;
  const [last, ...rest] = eduGroups.flat().reverse();
  const window = await physicalWindow(files.process);
  const groups: EduDevice[][] = [];
  for (const address of rest)
    groups.push([{ info: await bindInNoiommuMode(files, address), offer: inNoiommuMode }]);
  if (last !== undefined)
    groups.push([{ info: await bindWithoutIommu(files, last), offer: refused }]);
  const bind = (address: string): Promise<SyscallResult> => giveWithoutNoiommu(files, address);
  const bare = new EduBench({ described, groups, faults, window, bind });
  return new MixedBench(
    described,
    new SelftestBench(described),
    new Map<DeviceOffer, Bench>([
      [inNoiommuMode, bare],
      [refused, bare],
      [emulated, new EmulatedBench(mttyDevices(files))],
    ]),
  );
}
