/** What the kernel's command line says, `iommufd.allow_unsafe_interrupts=1`, and root changes in /sys/module. */
export interface ParameterValues {
  /** Of iommufd: devices may be bound although they can forge the interrupts of others. DEV-13 */
  readonly allowUnsafeInterrupts?: boolean;
  /** The same of vfio_iommu_type1. VFIO-CTR-11 */
  readonly type1AllowUnsafeInterrupts?: boolean;
  /** Of vfio_iommu_type1: how many mappings a container may have. VFIO-MAP-07 */
  readonly dmaEntryLimit?: number;
  /** Of vfio_pci: it makes virtual functions of a device where root asks for them. VFIO-SYS-10 */
  readonly enableSriov?: boolean;
  /** Of vfio_pci: devices that it takes from then on cannot mask their pin. VFIO-INT-27 */
  readonly noIntxMask?: boolean;
}

/** Unless somebody asks for another. */
const DMA_ENTRY_LIMIT = 65535;

/** Parameters of the kernel's modules. */
export class ModuleParameters {
  allowUnsafeInterrupts = false;
  type1AllowUnsafeInterrupts = false;
  dmaEntryLimit = DMA_ENTRY_LIMIT;
  enableSriov = false;
  noIntxMask = false;
  private readonly atBoot: ParameterValues;

  constructor(atBoot: ParameterValues = {}) {
    this.atBoot = atBoot;
    this.restore();
  }

  /** As at boot. */
  restore(): void {
    this.allowUnsafeInterrupts = this.atBoot.allowUnsafeInterrupts ?? false;
    this.type1AllowUnsafeInterrupts = this.atBoot.type1AllowUnsafeInterrupts ?? false;
    this.dmaEntryLimit = this.atBoot.dmaEntryLimit ?? DMA_ENTRY_LIMIT;
    this.enableSriov = this.atBoot.enableSriov ?? false;
    this.noIntxMask = this.atBoot.noIntxMask ?? false;
  }
}
