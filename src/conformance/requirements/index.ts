import { abi } from './abi.ts';
import { dev } from './dev.ts';
import { dirty } from './dirty.ts';
import { fault } from './fault.ts';
import { amd } from './hardware/amd.ts';
import { copyEngine } from './hardware/copy-engine.ts';
import { enqcmd } from './hardware/enqcmd.ts';
import { flags } from './hardware/flags.ts';
import { pci } from './hardware/pci.ts';
import { prq } from './hardware/prq.ts';
import { psc } from './hardware/psc.ts';
import { smmuv3 } from './hardware/smmuv3.ts';
import { stock } from './hardware/stock.ts';
import { virtio } from './hardware/virtio.ts';
import { vtd } from './hardware/vtd.ts';
import { hwinfo } from './hwinfo.ts';
import { hwpt } from './hwpt.ts';
import { hwq } from './hwq.ts';
import { inv } from './inv.ts';
import { ioasAlloc } from './ioas-alloc.ts';
import { ioasAllow } from './ioas-allow.ts';
import { ioasCopy } from './ioas-copy.ts';
import { ioasFile } from './ioas-file.ts';
import { ioasMap } from './ioas-map.ts';
import { ioasRanges } from './ioas-ranges.ts';
import { ioasUnmap } from './ioas-unmap.ts';
import { mmap } from './mmap.ts';
import { mock } from './mock.ts';
import { noio } from './noio.ts';
import { obj } from './obj.ts';
import { opt } from './opt.ts';
import { pasid } from './pasid.ts';
import { pin } from './pin.ts';
import { vdev } from './vdev.ts';
import { vevq } from './vevq.ts';
import { vfio } from './vfio.ts';
import { vfioAtt } from './vfio-att.ts';
import { vfioCdev } from './vfio-cdev.ts';
import { vfioDet } from './vfio-det.ts';
import { fea } from './vfio/fea.ts';
import { hot } from './vfio/hot.ts';
import { int } from './vfio/int.ts';
import { irq } from './vfio/irq.ts';
import { vfioPas } from './vfio/pas.ts';
import { pm } from './vfio/pm.ts';
import { rst, rst2 } from './vfio/rst.ts';
import { vfioCtr } from './vfio/container.ts';
import { vfioCmp } from './vfio/differences.ts';
import { vfioDrt } from './vfio/dirty.ts';
import { vfioXcl } from './vfio/exclusion.ts';
import { vfioGrp } from './vfio/group.ts';
import { vfioInf } from './vfio/info.ts';
import { vfioMap } from './vfio/map.ts';
import { vfioUnm } from './vfio/unmap.ts';
import { vfioLog } from './vfio/log.ts';
import { vfioMig } from './vfio/mig.ts';
import { vfioCfg } from './vfio/cfg.ts';
import { vfioRw } from './vfio/rw.ts';
import { vfioMap2 } from './vfio/map2.ts';
import { vfioRgn } from './vfio/rgn.ts';
import { vfioDev } from './vfio/dev.ts';
import { vfioIoe } from './vfio/ioe.ts';
import { vfioDbuf } from './vfio/dbuf.ts';
import { vfioLife } from './vfio/life.ts';
import { vfioSys } from './vfio/sys.ts';
import { viommu } from './viommu.ts';
import type { Requirement, RequirementTable } from '../requirement.ts';
import { vmmAtt } from './vmm/attach.ts';
import { vmmCb } from './vmm/callbacks.ts';
import { vmmDrt } from './vmm/dirty.ts';
import { vmmLst } from './vmm/listener.ts';
import { vmmObj } from './vmm/objects.ts';
import { vmmOrd } from './vmm/order.ts';

/** Every family, in reading order. */
export const families: readonly RequirementTable[] = [
  abi,
  obj,
  ioasAlloc,
  ioasRanges,
  ioasAllow,
  ioasMap,
  ioasFile,
  ioasCopy,
  ioasUnmap,
  opt,
  pin,
  dev,
  pasid,
  hwinfo,
  hwpt,
  inv,
  dirty,
  fault,
  viommu,
  vdev,
  vevq,
  hwq,
  mmap,
  vfio,
  noio,
  mock,
  vfioCdev,
  vfioAtt,
  vfioDet,
  vfioPas,
  vfioCfg,
  vfioRw,
  vfioMap2,
  vfioRgn,
  vfioDev,
  vfioIoe,
  vfioDbuf,
  vfioLife,
  vfioSys,
  vfioMig,
  vfioLog,
  irq,
  int,
  rst,
  rst2,
  hot,
  fea,
  pm,
  vfioCtr,
  vfioInf,
  vfioMap,
  vfioUnm,
  vfioDrt,
  vfioGrp,
  vfioXcl,
  vfioCmp,
  vtd,
  smmuv3,
  amd,
  virtio,
  flags,
  pci,
  prq,
  psc,
  enqcmd,
  stock,
  vmmObj,
  vmmCb,
  vmmAtt,
  vmmLst,
  vmmDrt,
  vmmOrd,
  copyEngine,
];

/** Every requirement, in reading order. */
export const all: readonly Requirement[] = families.flatMap(({ requirements }) => requirements);

/** Every requirement, by its id. */
export const byId: ReadonlyMap<string, Requirement> = new Map(all.map((each) => [each.id, each]));
