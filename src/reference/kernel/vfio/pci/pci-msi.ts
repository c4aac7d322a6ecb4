import { CapabilityId, COMMAND, MSI, MSIX } from '#formats/pci-configuration.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type {
  InterruptController,
  InterruptMessage,
} from '../../../hardware/interrupt-controller.ts';
import { isErrno } from '../../lib/errno.ts';
import type { PlacedBar, VfioHardware } from '../hardware.ts';
import { bytesOf, PowerState } from './pci-function.ts';
import type { PciFunction } from './pci-function.ts';

export type MessageKind = 'MSI' | 'MSI-X';

/** Who knows how devices reach a doorbell. */
type Behind = Pick<VfioHardware['iommu'], 'msiIsolated'> & {
  readonly group: Pick<VfioHardware['iommu']['group'], 'prepareMsi'>;
};

/** What an entry or a capability holds that nobody is behind. */
const nowhere: InterruptMessage = { address: 0n, data: 0 };

/** drivers/pci/msi: the messages of a function, as its driver asks for them. */
export class PciMessages {
  protected readonly pci: PciFunction;
  protected readonly controller: InterruptController;
  protected readonly group: Behind['group'];
  /** Without a table of its own for them, a processor takes one vector of a device: interrupts are not remapped. */
  protected readonly mostMsi: number;
  protected kind: MessageKind | undefined;
  /** By vector. */
  protected readonly messages = new Map<number, InterruptMessage>();
  /** Vectors that somebody is behind. */
  protected readonly requested = new Set<number>();

  constructor(pci: PciFunction, controller: InterruptController, { group, msiIsolated }: Behind) {
    [this.pci, this.controller, this.group] = [pci, controller, group];
    this.mostMsi = msiIsolated ? Infinity : 1;
    pci.messages = this;
  }

  /** pci_msi_vec_count(), pci_msix_vec_count() */
  countOf(kind: MessageKind): number {
    const at = this.place(kind);
    if (at === 0) return 0;
    const control = this.pci.get(at + MSI.control, 2);
    return kind === 'MSI' ? 2 ** ((control & MSI.Capable) >> 1) : (control & MSIX.TableSize) + 1;
  }

  has(vector: number): boolean {
    return this.messages.has(vector);
  }

  /**
   * pci_alloc_irq_vectors() of one or more: how many there are now; ERANGE for none, EINVAL where the function sleeps. No
   * interrupt is behind them yet. VFIO-INT-13 16 20
   */
  allocate(kind: MessageKind, count: number): number | ErrnoName {
    if (count < 1) return 'ERANGE';
    if (this.pci.powerState !== PowerState.D0) return 'EINVAL';
    this.kind = kind;
    this.pci.command |= COMMAND.InterruptDisable;
    return kind === 'MSI' ? this.allocateMsi(count) : this.allocateMsix(count);
  }

  /** pci_msix_alloc_irq_at(): ENOSPC where the device has no way to where it is to write. HW-SMU-44 */
  add(vector: number): 'ENOSPC' | undefined {
    const message = this.newMessage(1);
    if (message) this.messages.set(vector, message);
    return message ? undefined : 'ENOSPC';
  }

  /** pci_free_irq_vectors() */
  free(): void {
    for (const vector of [...this.messages.keys()]) this.release(vector);
    this.messages.clear();
    const { kind = 'MSI' } = this;
    const at = this.place(kind);
    const enable = kind === 'MSI' ? MSI.Enable : MSIX.Enable;
    this.pci.set(at + MSI.control, 2, this.pci.get(at + MSI.control, 2) & ~enable);
    this.kind = undefined;
    this.pci.command &= ~COMMAND.InterruptDisable;
  }

  /** request_irq(): what the device writes is what this was told. */
  request(vector: number, handler: () => void): void {
    const message = this.messages.get(vector);
    if (!message) return;
    this.requested.add(vector);
    this.controller.handle(message, () => {
      handler();
      return true;
    });
    this.writeMessage(vector, message);
    this.mask(vector, false);
  }

  /** free_irq(): the device has nowhere to write any more, and where it cannot be masked it may try. VFIO-INT-19 */
  release(vector: number): void {
    const message = this.messages.get(vector);
    if (!message) return;
    this.requested.delete(vector);
    this.mask(vector, true);
    this.writeMessage(vector, nowhere);
    this.controller.handle(message, undefined);
  }

  /** pci_restore_msi_state(): after a reset all is as it was. VFIO-RST2-04 */
  restore(): void {
    if (this.kind === undefined) return;
    for (const vector of this.requested) {
      this.writeMessage(vector, this.messages.get(vector) ?? nowhere);
      this.mask(vector, false);
    }
    this.switchOn(this.messages.size);
  }

  /** The vectors of MSI are one message, of which the lowest bits differ. */
  protected allocateMsi(asked: number): number | ErrnoName {
    const count = Math.min(asked, this.mostMsi);
    const first = this.newMessage(count);
    if (!first) return this.giveUp();
    for (let vector = 0; vector < count; vector += 1)
      this.messages.set(vector, { ...first, data: first.data + vector });
    this.switchOn(count);
    return count;
  }

  protected allocateMsix(count: number): number | ErrnoName {
    for (let vector = 0; vector < count; vector += 1) if (this.add(vector)) return this.giveUp();
    this.switchOn(count);
    return count;
  }

  /** its_irq_domain_alloc(): whatever is wrong with the way, it is told as that there is nothing left. HW-SMU-44 */
  protected giveUp(): ErrnoName {
    this.free();
    return 'ENOSPC';
  }

  /** What the device is to write, and where as it sees it. */
  protected newMessage(count: number): InterruptMessage | undefined {
    const message = this.controller.allocate(count);
    if (!this.controller.isBehindIommu) return message;
    const address = this.group.prepareMsi(message.address);
    return isErrno(address) ? undefined : { ...message, address };
  }

  protected switchOn(count: number): void {
    const at = this.place(this.kind ?? 'MSI') + MSI.control;
    const control = this.pci.get(at, 2);
    if (this.kind === 'MSI-X') this.pci.set(at, 2, control | MSIX.Enable);
    else {
      const several = Math.ceil(Math.log2(count)) << 4;
      this.pci.set(at, 2, (control & ~MSI.Enabled) | several | MSI.Enable);
    }
  }

  /** pci_write_msi_msg() */
  protected writeMessage(vector: number, { address, data }: InterruptMessage): void {
    const [low, high] = [Number(address & 0xffff_ffffn), Number(address >> 32n)];
    if (this.kind === 'MSI-X') {
      [low, high, data].forEach((word, index) => this.writeEntry(vector, 4 * index, word));
    } else if (vector === 0) {
      const at = this.place('MSI');
      this.pci.set(at + MSI.address, 4, low);
      this.pci.set(at + MSI.upperAddress, 4, high);
      this.pci.set(at + MSI.data, 2, data);
    }
  }

  /** Only the entries of a table can be masked. */
  protected mask(vector: number, isMasked: boolean): void {
    if (this.kind !== 'MSI-X') return;
    this.writeEntry(vector, MSIX.vectorControl, isMasked ? MSIX.VectorMask : 0);
  }

  protected writeEntry(vector: number, offset: number, word: number): void {
    const place = this.pci.get(this.place('MSI-X') + MSIX.table, 4);
    const bar = this.tableBar(place & MSIX.Bar);
    const at = BigInt(place & ~MSIX.Bar) + BigInt(vector * MSIX.entry + offset);
    bar?.window.write(at, bytesOf(word, 4));
  }

  protected tableBar(index: number): PlacedBar | undefined {
    return this.pci.bar(index);
  }

  protected place(kind: MessageKind): number {
    return this.pci.findCapability(kind === 'MSI' ? CapabilityId.Msi : CapabilityId.MsiX);
  }
}
