import { mutants } from '#mutants/mutant.ts';
import type { IrqSet, IrqSetHead } from '#reference/kernel/vfio/pci/irq-set.ts';
import type { MessageKind } from '#reference/kernel/vfio/pci/pci-msi.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { VFIO_PCI_ERR_IRQ_INDEX } from '#uapi/vfio/pci.ts';

/** VFIO_IRQ_SET_ACTION_TRIGGER */
const TRIGGER = 0x20;

/** The commands of interrupts. */
export const entries = mutants(
  {
    id: 'SEED-1950',
    breaks: ['VFIO-IRQ-01'],
    story: 'The number of every kind of interrupt can be changed while it is in use.',
    like: 'vfio_pci_ioctl_get_irq_info() without VFIO_IRQ_INFO_NORESIZE',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override resizeFlags(index: number): number {
          return super.resizeFlags(index) & ~8;
        }
      },
  },
  {
    id: 'SEED-1951',
    breaks: ['VFIO-IRQ-01'],
    story: 'INTx is said not to mask itself.',
    like: 'vfio_pci_ioctl_get_irq_info() without VFIO_IRQ_INFO_AUTOMASKED',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override resizeFlags(index: number): number {
          return super.resizeFlags(index) & ~4;
        }
      },
  },
  {
    id: 'SEED-1952',
    breaks: ['VFIO-IRQ-01'],
    story: 'A device of conventional PCI has no interrupt for errors.',
    like: 'pci_is_pcie() as in 6.12',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override countOf(index: number): number {
          return index === VFIO_PCI_ERR_IRQ_INDEX ? 0 : super.countOf(index);
        }
      },
  },
  {
    id: 'SEED-1953',
    breaks: ['VFIO-IRQ-02'],
    story: 'Flags that nobody knows are ignored.',
    like: 'vfio_set_irqs_validate_and_prepare() without the mask of flags',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override dataSizeOf(head: IrqSetHead): number | ErrnoName {
          return super.dataSizeOf({ ...head, flags: head.flags & 0x3f });
        }
      },
  },
  {
    id: 'SEED-1954',
    breaks: ['VFIO-IRQ-02'],
    story: 'Data is read beyond what argsz says.',
    like: 'vfio_set_irqs_validate_and_prepare() without hdr->argsz - minsz',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override dataSizeOf(head: IrqSetHead): number | ErrnoName {
          return super.dataSizeOf({ ...head, argsz: 0xffff_ffff });
        }
      },
  },
  {
    id: 'SEED-1955',
    breaks: ['VFIO-IRQ-03'],
    story: 'An index without an action for it answers as if it were wrong.',
    like: 'vfio_pci_set_irqs_ioctl() that returns -EINVAL without a function',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override perform(index: number, set: IrqSet): number | ErrnoName | void {
          const result = super.perform(index, set);
          return result === 'ENOTTY' ? 'EINVAL' : result;
        }
      },
  },
  {
    id: 'SEED-1956',
    breaks: ['VFIO-IRQ-03'],
    story: 'Of several actions one is done.',
    like: 'a switch on the bits of ACTION_TYPE_MASK one after the other',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override performIntx(set: IrqSet): number | ErrnoName | void {
          const result = super.performIntx(set);
          return result === 'ENOTTY' && set.action & TRIGGER ? this.triggerIntx(set) : result;
        }
      },
  },
  {
    id: 'SEED-1957',
    breaks: ['VFIO-IRQ-04'],
    story: 'An INTx that was disconnected goes on signalling.',
    like: 'vfio_intx_disable() without free_irq()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        override send(): void {
          this.kept ??= this.trigger;
          this.kept?.signal();
        }

        override disable(): void {
          this.kept = this.trigger;
          this.resampler.disable();
        }

        private kept = this.trigger;
      },
  },
  {
    id: 'SEED-1958',
    breaks: ['VFIO-IRQ-04', 'VFIO-INT-06'],
    story: 'A device is closed, and its resampler stays with the eventfd.',
    like: 'vfio_intx_disable() without vfio_virqfd_disable()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        override disable(): void {
          this.release?.();
          this.release = undefined;
          this.trigger = undefined;
        }
      },
  },
  {
    id: 'SEED-1959',
    breaks: ['VFIO-IRQ-06'],
    story: 'A bad file descriptor takes the eventfd of INTx away.',
    like: 'vfio_intx_set_signal() that puts the old eventfd before it has the new one',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override signalIntx(set: IrqSet): ErrnoName | void {
          this.intx.setSignal(undefined);
          return super.signalIntx(set);
        }
      },
  },
  {
    id: 'SEED-1960',
    breaks: ['VFIO-IRQ-05'],
    story: 'Vectors that were disconnected are signalled still.',
    like: 'vfio_msi_disable() that keeps its contexts',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        override disable(): undefined {
          this.kind = undefined;
        }
      },
  },
  {
    id: 'SEED-1961',
    breaks: ['VFIO-IRQ-01'],
    story: 'MSI is said to have one vector, whatever the device says.',
    like: 'vfio_pci_get_irq_count() without the capability',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciMessages {
        override countOf(kind: MessageKind): number {
          return Math.min(1, super.countOf(kind));
        }
      },
  },
  {
    id: 'SEED-2240',
    breaks: ['VFIO-IRQ-07'],
    story: 'A serial port signals its pin as often as it is triggered.',
    like: 'mtty_trigger_interrupt() without intx_mask',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortInterrupts {
        protected override signal(): void {
          this.eventfd?.signal();
        }
      },
  },
  {
    id: 'SEED-2241',
    breaks: ['VFIO-IRQ-07'],
    story: 'A message of a serial port takes the place of its pin.',
    like: 'mtty_set_irqs() without is_noirq()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortInterrupts {
        protected override trigger(
          ...[index, set]: Parameters<InstanceType<typeof vfioPci.SerialPortInterrupts>['trigger']>
        ): ReturnType<InstanceType<typeof vfioPci.SerialPortInterrupts>['trigger']> {
          if (set.hasEventfds) this.disconnect();
          return super.trigger(index, set);
        }
      },
  },
  {
    id: 'SEED-2242',
    breaks: ['VFIO-IRQ-07'],
    story: 'A serial port keeps its eventfd where the new one is refused.',
    like: 'mtty_set_irqs() with mtty_disable_intx() behind eventfd_ctx_fdget()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortInterrupts {
        protected override connect(
          ...[index, set]: Parameters<InstanceType<typeof vfioPci.SerialPortInterrupts>['connect']>
        ): ReturnType<InstanceType<typeof vfioPci.SerialPortInterrupts>['connect']> {
          const eventfd = set.eventfd(0);
          return typeof eventfd === 'string' ? eventfd : super.connect(index, set);
        }
      },
  },
  {
    id: 'SEED-2243',
    breaks: ['VFIO-IRQ-07'],
    story: 'A serial port has interrupts that nobody was told of.',
    like: 'mtty_create() that fills in dev_info',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortInterrupts {
        protected override count = 5;
      },
  },
);
