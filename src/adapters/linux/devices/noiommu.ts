import { eduGroups } from '#lab/hardware.ts';
import type { Bench, DeviceVariety } from '#port/bench.ts';
import type { SyscallResult } from '#port/process.ts';
import type { Files } from '../files.ts';
import { EduBench } from './edu.ts';
import { EmulatedBench } from './emulated.ts';
import type { FaultLog } from './fault-log.ts';
import { MixedBench } from './mixed.ts';
import { createMtty } from './mtty.ts';
import { physicalWindow } from './physical-window.ts';
import { SelftestBench } from './selftest.ts';
import { bindInNoiommuMode, bindWithoutIommu, giveWithoutNoiommu } from './vfio-pci.ts';

/** Of a machine without an IOMMU: mock devices; beside them, `edu` devices in noiommu mode or not, and emulated ones. */
export async function noiommuBench(files: Files, faults: FaultLog): Promise<Bench> {
  const [last, ...rest] = eduGroups.flat().reverse();
  const window = await physicalWindow(files.process);
  const inMode = [];
  for (const address of rest) inMode.push(await bindInNoiommuMode(files, address));
  const without = last === undefined ? [] : [await bindWithoutIommu(files, last)];
  const varieties = { 'is in noiommu mode': inMode, 'has no IOMMU': without };
  const giveTo = (address: string): Promise<SyscallResult> => giveWithoutNoiommu(files, address);
  const bare = new EduBench({ groups: [], varieties, faults, window, giveTo });
  return new MixedBench(
    new SelftestBench(),
    new Map<DeviceVariety, Bench>([
      ['is in noiommu mode', bare],
      ['has no IOMMU', bare],
      ['is emulated', new EmulatedBench(() => createMtty(files))],
    ]),
  );
}
