import { COMMAND } from '#formats/pci-configuration.ts';
import type { Value } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import {
  VFIO_DEVICE_FLAGS_PCI,
  VFIO_DEVICE_FLAGS_RESET,
  VFIO_DEVICE_GET_INFO,
  VFIO_DEVICE_GET_IRQ_INFO,
  VFIO_DEVICE_GET_REGION_INFO,
  VFIO_DEVICE_IOEVENTFD,
  VFIO_DEVICE_RESET,
  VFIO_DEVICE_SET_IRQS,
  VFIO_REGION_INFO_FLAG_CAPS,
} from '#uapi/vfio/device.ts';
import type { vfio_region_info } from '#uapi/vfio/device.ts';
import { vfio_info_cap_header } from '#uapi/vfio/base.ts';
import {
  VFIO_DEVICE_GET_PCI_HOT_RESET_INFO,
  VFIO_DEVICE_PCI_HOT_RESET,
  VFIO_PCI_NUM_IRQS,
  VFIO_PCI_NUM_REGIONS,
  VFIO_PCI_VGA_REGION_INDEX,
} from '#uapi/vfio/pci.ts';
import type { DeviceMapping, MapDeviceRequest, Transfer } from '../../fs/file.ts';
import type { Task } from '../../fs/process.ts';
import { isErrno } from '../../lib/errno.ts';
import { loadArgument } from '../../mm/argument.ts';
import type { UserArgument } from '../../mm/argument.ts';
import type { FeatureCall } from '../check-feature.ts';
import type { VfioDeviceOps } from '../device-ops.ts';
import type { DeviceSet } from '../device-set.ts';
import type { VfioHardware } from '../hardware.ts';
import type { ConfigEvents } from './config.ts';
import type { VfioPciDmabufs } from './dmabuf.ts';
import { VF_TOKEN_SIZE } from './feature.ts';
import type { FeatureTargets, VfioPciFeatures } from './feature.ts';
import type { VfioPciHotReset } from './hot-reset.ts';
import type { VfioPciInterrupts } from './intrs.ts';
import type { VfioPciIoeventfds } from './ioeventfd.ts';
import { msixTableOf } from './msix-table.ts';
import type { VfioPciParts } from './parts.ts';
import { PowerState } from './pci-function.ts';
import type { VfioPciPower } from './power.ts';
import type { PciFunction } from './pci-function.ts';
import { VFIO_PCI_OFFSET_SHIFT } from './rdwr.ts';
import type { ConfigurationFile, VfioPciRegions } from './rdwr.ts';

const REGION_INFO_SIZE = VFIO_DEVICE_GET_REGION_INFO.minSize;

/** vfio_pci_core.c: an endpoint, from its first open to its last close. */
export class VfioPciCore implements ConfigEvents, VfioDeviceOps {
  protected readonly parts: VfioPciParts;
  protected readonly pci: PciFunction;
  protected readonly config: ConfigurationFile;
  protected readonly regions: VfioPciRegions;
  protected readonly dmabufs: VfioPciDmabufs;
  protected readonly interrupts: VfioPciInterrupts;
  protected readonly ioeventfds: VfioPciIoeventfds;
  protected readonly power: VfioPciPower;
  protected readonly features: VfioPciFeatures;
  protected readonly hotReset: VfioPciHotReset;
  /** pm_intx_masked */
  protected pinWasMasked = false;
  /** Did the one at open succeed? */
  protected readonly resetWorks: boolean;
  /** pci_saved_state: what the next owner finds. */
  protected readonly saved: Uint8Array;

  /** vfio_pci_core_enable(): without bus mastering, as the device is after a reset, if there is one. VFIO-CFG-08 18 43 */
  constructor(parts: VfioPciParts, pci: PciFunction, set: DeviceSet) {
    this.parts = parts;
    this.pci = pci;
    const { device } = pci;
    this.pci.resume();
    this.pci.clearMaster();
    this.pci.enable();
    this.resetWorks = this.pci.resetFunction() === undefined;
    this.saved = this.pci.saveState();
    this.pci.command &= ~COMMAND.InterruptDisable;
    this.config = this.openConfiguration(device);
    this.interrupts = new parts.vfioPci.VfioPciInterrupts(parts, device, this.pci);
    this.hotReset = new parts.vfioPci.VfioPciHotReset(parts, device, set);
    this.power = new parts.vfioPci.VfioPciPower(this, this.pci.canSuspend);
    this.features = new parts.vfioPci.VfioPciFeatures(this.featureTargets());
    const table = msixTableOf(this.pci);
    const isMappingUsable = (): boolean => this.isMemoryUsable;
    const { config } = this;
    this.regions = new parts.vfioPci.VfioPciRegions({ device, config, isMappingUsable, table });
    const isMemoryEnabled = (): boolean => this.config.isMemoryEnabled;
    this.ioeventfds = new parts.vfioPci.VfioPciIoeventfds(parts, {
      device,
      isMemoryEnabled,
      table,
    });
    this.dmabufs = new parts.vfioPci.VfioPciDmabufs(parts, device, () => this.isMemoryUsable);
  }

  protected openConfiguration(_device: VfioHardware): ConfigurationFile {
    return new this.parts.vfioPci.VfioPciConfig(this.parts, this.pci, this);
  }

  /** vfio_pci_zap_and_down_write_memory_lock(), vfio_pci_dma_buf_move(): mappings look for themselves. */
  memoryGoes(): void {
    this.dmabufs.move(true);
  }

  memoryIsBack(): void {
    if (this.isMemoryUsable) this.dmabufs.move(false);
  }

  /** What a mapping of a BAR depends on, and a dma-buf. */
  get isMemoryUsable(): boolean {
    return this.config.isMemoryEnabled && !this.power.isLow;
  }

  protected featureTargets(): FeatureTargets {
    return {
      enterLowPower: () => this.power.enter(),
      enterLowPowerUntil: (call) => this.power.enterUntil(call),
      exitLowPower: () => this.power.exit() ?? undefined,
      exportBar: (call) => this.dmabufs.export(call),
      setToken: this.pci.device.token && ((call) => this.setToken(call)),
    };
  }

  /** vfio_pci_core_feature_token() */
  protected setToken({ task, address }: FeatureCall): ErrnoName | undefined {
    const uuid = task.memory.copyFromUser(address, VF_TOKEN_SIZE);
    if (isErrno(uuid)) return uuid;
    const { token } = this.pci.device;
    if (token) token.uuid = uuid.slice();
    return undefined;
  }

  /** vfio_basic_config_write() VFIO-INT-08 */
  maskIntx(isMasked: boolean): void {
    this.interrupts.intx.disableVirtually(isMasked);
  }

  get msi(): { readonly isActive: boolean; readonly queueMax: number } {
    const { messages } = this.interrupts;
    return { isActive: messages?.active === 'MSI', queueMax: messages?.queueMax ?? 0 };
  }

  /** vfio_lock_and_set_power_state() VFIO-CFG-23 */
  setPowerState(state: number): void {
    if (state >= PowerState.D3hot) this.memoryGoes();
    if (this.maySleep || state === PowerState.D0) this.pci.setPowerState(state);
    this.memoryIsBack();
  }

  /** vfio_pci_set_power_state(): virtual functions would go with it. VFIO-CFG-24 */
  protected get maySleep(): boolean {
    return this.pci.virtualFunctions === 0;
  }

  resetFunction(): ErrnoName | undefined {
    this.memoryGoes();
    const error = this.pci.resetFunction();
    this.memoryIsBack();
    return error;
  }

  /** vfio_pci_ioctl_reset(): of a device that sleeps as well. VFIO-RST-01 VFIO-RST2-01 02 03 */
  protected reset(): ErrnoName | void {
    return this.resetWorks ? this.resetFunction() : 'EINVAL';
  }

  /** vfio_pci_dev_set_hot_reset(), of each of the set. VFIO-RST2-06 */
  beforeReset(): void {
    this.memoryGoes();
    this.pci.setPowerState(PowerState.D0);
  }

  afterReset(): void {
    this.interrupts.restore();
    this.memoryIsBack();
  }

  /** VFIO-ATT-11 */
  ioctl(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    return this.power.during(() => this.command(task, request, arg));
  }

  protected command(task: Task, request: number, arg: bigint): number | ErrnoName | undefined {
    switch (request) {
      case VFIO_DEVICE_GET_INFO.request:
        return this.getInfo(task, arg);
      case VFIO_DEVICE_GET_REGION_INFO.request:
        return this.getRegionInfo(task, arg);
      case VFIO_DEVICE_GET_IRQ_INFO.request:
        return this.interrupts.getInfo(task, arg);
      case VFIO_DEVICE_SET_IRQS.request:
        return this.interrupts.setIrqs(task, arg);
      case VFIO_DEVICE_IOEVENTFD.request:
        return this.ioeventfds.set(task, arg);
      case VFIO_DEVICE_RESET.request:
        return this.reset() ?? undefined;
      case VFIO_DEVICE_GET_PCI_HOT_RESET_INFO.request:
        return this.hotReset.getInfo(task, arg);
      case VFIO_DEVICE_PCI_HOT_RESET.request:
        return this.hotReset.reset(task, arg);
      default:
        return 'ENOTTY';
    }
  }

  read(transfer: Transfer, offset: bigint): number {
    return this.power.during(() => this.regions.read(transfer, offset));
  }

  write(transfer: Transfer, offset: bigint): number {
    return this.power.during(() => this.regions.write(transfer, offset));
  }

  map(request: MapDeviceRequest): DeviceMapping | ErrnoName {
    return this.regions.map(request);
  }

  /** vfio_pci_core_runtime_suspend() VFIO-PM-10 12 */
  suspend(): void {
    this.pci.setPowerState(PowerState.D0);
    this.pinWasMasked = this.interrupts.intx.maskForSleep();
    this.pci.suspend();
  }

  resume(): void {
    this.pci.resume();
    if (this.pinWasMasked) this.interrupts.intx.unmask();
    this.pinWasMasked = false;
  }

  /** vfio_pci_core_request() VFIO-INT-25 */
  request(): void {
    this.interrupts.request();
  }

  /** vfio_pci_core_close_device(), vfio_pci_core_disable() VFIO-CFG-18 25 42 */
  close(): void {
    this.power.close();
    this.interrupts.close();
    this.ioeventfds.close();
    this.dmabufs.cleanUp();
    this.pci.setPowerState(PowerState.D0);
    this.pci.clearMaster();
    this.pci.restoreState(this.saved);
    this.pci.resetFunction();
    if (!this.resetWorks) this.hotReset.tryReset();
    this.pci.suspend();
  }

  /** vfio_pci_core_ioctl_feature() */
  feature(call: FeatureCall): number | ErrnoName {
    return this.power.during(() => this.features.perform(call) ?? 0);
  }

  /** VFIO-DEV-01 02 */
  protected getInfo(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_GET_INFO);
    if (isErrno(argument)) return argument;
    const num_regions = VFIO_PCI_NUM_REGIONS;
    const flags = VFIO_DEVICE_FLAGS_PCI | (this.resetWorks ? VFIO_DEVICE_FLAGS_RESET : 0);
    const values = { flags, num_regions, num_irqs: VFIO_PCI_NUM_IRQS };
    return argument.respond({ ...values, cap_offset: 0, pad: 0 }, argument.fields.argsz);
  }

  /** vfio_pci_ioctl_get_region_info(): no device here has a VGA range. VFIO-RGN-01 02 VFIO-RW-10 */
  protected getRegionInfo(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_DEVICE_GET_REGION_INFO);
    if (isErrno(argument)) return argument;
    const { index } = argument.fields;
    const isVga = index === VFIO_PCI_VGA_REGION_INDEX;
    if (isVga || index >= VFIO_PCI_NUM_REGIONS) return 'EINVAL';
    const region = this.regions.get(index);
    const size = region?.size ?? 0n;
    const offset = BigInt(index) << VFIO_PCI_OFFSET_SHIFT;
    const values = { flags: region?.flags ?? 0, cap_offset: 0, size, offset };
    if (region?.capability === undefined) return argument.respond(values, REGION_INFO_SIZE);
    return this.respondWith(argument, values, region.capability);
  }

  /** vfio_info_add_capability(): behind the struct, or only how much room it needs. VFIO-RGN-03 */
  protected respondWith(
    argument: UserArgument<typeof vfio_region_info>,
    values: Partial<Value<typeof vfio_region_info>>,
    id: number,
  ): ErrnoName | undefined {
    const capability = vfio_info_cap_header.pack({ id, version: 1, next: 0 });
    const needed = REGION_INFO_SIZE + capability.length;
    const flags = (values.flags ?? 0) | VFIO_REGION_INFO_FLAG_CAPS;
    if (argument.fields.argsz < needed)
      return argument.respond({ ...values, flags, argsz: needed }, REGION_INFO_SIZE);
    const error = argument.putAt(REGION_INFO_SIZE, capability);
    const cap_offset = REGION_INFO_SIZE;
    return error ?? argument.respond({ ...values, flags, cap_offset }, REGION_INFO_SIZE);
  }
}
