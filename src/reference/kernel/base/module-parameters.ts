/** What the kernel's command line says, `iommufd.allow_unsafe_interrupts=1`, and root changes in /sys/module. */
export interface ParameterValues {
  /** Of iommufd: devices may be bound although they can forge the interrupts of others. DEV-13 */
  readonly allowUnsafeInterrupts?: boolean;
}

/** Parameters of the kernel's modules. */
export class ModuleParameters {
  allowUnsafeInterrupts = false;
  private readonly atBoot: ParameterValues;

  constructor(atBoot: ParameterValues = {}) {
    this.atBoot = atBoot;
    this.restore();
  }

  /** As at boot. */
  restore(): void {
    this.allowUnsafeInterrupts = this.atBoot.allowUnsafeInterrupts ?? false;
  }
}
