import type { ErrnoName } from '#uapi/errno.ts';
import { mutants } from '#mutants/mutant.ts';
import type { InterruptMessage } from '#reference/hardware/interrupt-controller.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { IrqSet } from '#reference/kernel/vfio/pci/irq-set.ts';
import type { MessageKind } from '#reference/kernel/vfio/pci/pci-msi.ts';

/** Interrupts by message. */
export const entries = mutants(
  {
    id: 'SEED-1987',
    breaks: ['VFIO-INT-12'],
    story: 'Messages are connected while the pin is.',
    like: 'vfio_pci_set_msi_trigger() without is_irq_none()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override isOtherActive(index: number): boolean {
          return index === 0 && super.isOtherActive(index);
        }
      },
  },
  {
    id: 'SEED-1988',
    breaks: ['VFIO-INT-12'],
    story: 'A loopback of messages that are not active succeeds.',
    like: 'vfio_pci_set_msi_trigger() without irq_is() before the loop',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        override trigger(kind: MessageKind, set: IrqSet): number | ErrnoName | undefined {
          if (this.kind === undefined && !set.hasEventfds && set.count > 0) return undefined;
          return super.trigger(kind, set);
        }
      },
  },
  {
    id: 'SEED-1989',
    breaks: ['VFIO-INT-13'],
    story: 'No vector at all is taken for one.',
    like: 'vfio_msi_enable() that asks for at least one vector',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciMessages {
        override allocate(kind: MessageKind, count: number): number | ErrnoName {
          return super.allocate(kind, Math.max(1, count));
        }
      },
  },
  {
    id: 'SEED-1990',
    breaks: ['VFIO-INT-14'],
    story: 'MSI gets more vectors while it is active, as MSI-X does.',
    like: 'vfio_msi_alloc_irq() without msix',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        protected override provide(vector: number): ErrnoName | undefined {
          return this.messages.has(vector) ? undefined : this.messages.add(vector);
        }
      },
  },
  {
    id: 'SEED-1991',
    breaks: ['VFIO-INT-14'],
    story: 'All causes of a device with several vectors of MSI arrive at the first one.',
    like: 'msi_setup_entry() without the number of vectors in the control word',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciMessages {
        protected override allocateMsi(count: number): number | ErrnoName {
          const found = super.allocateMsi(count);
          const at = this.place('MSI') + 2;
          this.pci.set(at, 2, this.pci.get(at, 2) & ~0x70);
          return found;
        }
      },
  },
  {
    id: 'SEED-1992',
    breaks: ['VFIO-INT-15'],
    story: 'MSI-X has only the vectors that it began with.',
    like: 'vfio_msi_alloc_irq() before 6.5',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        protected override provide(vector: number): ErrnoName | undefined {
          return this.messages.has(vector) ? undefined : 'EINVAL';
        }
      },
  },
  {
    id: 'SEED-1993',
    breaks: ['VFIO-INT-17'],
    story: 'A vector masks itself when it was signalled.',
    like: 'vfio_msihandler() that disables its interrupt',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        private readonly told = new Set<number>();

        protected override signal(vector: number): void {
          if (!this.told.has(vector)) super.signal(vector);
          this.told.add(vector);
        }
      },
  },
  {
    id: 'SEED-1994',
    breaks: ['VFIO-INT-17'],
    story: 'A device that is no bus master sends messages all the same.',
    like: 'msi_send_message() without PCI_COMMAND_MASTER',
    bug: ({ pci }) =>
      class extends pci.PciDevice {
        protected override send({ address, data }: InterruptMessage): void {
          this.dmaWrite(address, new Uint8Array(Uint32Array.of(data).buffer));
        }
      },
  },
  {
    id: 'SEED-1995',
    breaks: ['VFIO-INT-18'],
    story: 'A bool of 0 picks its vector too.',
    like: 'vfio_pci_set_msi_trigger() that does not look into its data',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        protected override loopBack(set: IrqSet): undefined {
          for (let index = 0; index < set.count; index += 1) this.signal(set.start + index);
        }
      },
  },
  {
    id: 'SEED-1996',
    breaks: ['VFIO-INT-18'],
    story: 'Bools are counted from the first vector, and not from where the call begins.',
    like: 'vfio_pci_set_msi_trigger() with bools[i]',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        protected override loopBack(set: IrqSet): undefined {
          for (let index = 0; index < set.count; index += 1)
            if (set.means(index)) this.signal(index);
        }
      },
  },
  {
    id: 'SEED-1997',
    breaks: ['VFIO-INT-19', 'VFIO-INT-18'],
    story: 'A silenced vector goes on to the processor, where nobody is behind it.',
    like: 'free_irq() of a message without its deactivation',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciMessages {
        override release(vector: number): void {
          const message = this.messages.get(vector);
          if (message) this.controller.handle(message, undefined);
        }
      },
  },
  {
    id: 'SEED-1998',
    breaks: ['VFIO-INT-20'],
    story: 'The table of MSI-X is not reached while the registers are off.',
    like: 'vfio_pci_memory_lock_and_enable() left out',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        protected override withMemory<T>(body: () => T): T {
          return body();
        }
      },
  },
  {
    id: 'SEED-1999',
    breaks: ['VFIO-INT-21'],
    story: 'An entry of the table is written once, when its vector is allocated.',
    like: 'vfio_msi_set_vector_signal() without pci_write_msi_msg()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.PciMessages {
        private readonly written = new Set<number>();

        protected override writeMessage(vector: number, message: InterruptMessage): void {
          if (this.kind === 'MSI-X' && this.written.has(vector)) return;
          this.written.add(vector);
          super.writeMessage(vector, message);
        }
      },
  },
  {
    id: 'SEED-2000',
    breaks: ['VFIO-INT-23'],
    story: 'Messages stay active although the first eventfd was refused.',
    like: 'vfio_pci_set_msi_trigger() without vfio_msi_disable() on failure',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        protected override begin(kind: MessageKind, set: IrqSet): number | ErrnoName | undefined {
          return this.enable(kind, set.start + set.count) ?? this.setBlock(set);
        }
      },
  },
  {
    id: 'SEED-2001',
    breaks: ['VFIO-INT-23', 'VFIO-IRQ-06'],
    story: 'Of a call that is refused the vectors before the bad one keep their new eventfds.',
    like: 'vfio_msi_set_block() without its second loop',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        protected override setBlock(set: IrqSet): ErrnoName | undefined {
          for (let index = 0; index < set.count; index += 1) {
            const error = this.setVector(set, index);
            if (isErrno(error)) return error;
          }
          return undefined;
        }
      },
  },
  {
    id: 'SEED-2244',
    breaks: ['VFIO-INT-16'],
    story: 'Fewer vectors than were asked for are an error.',
    like: 'vfio_msi_enable() with pci_alloc_irq_vectors() of no fewer than are asked for',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        protected override enable(
          ...all: Parameters<InstanceType<typeof vfioPci.VfioPciMsi>['enable']>
        ): ReturnType<InstanceType<typeof vfioPci.VfioPciMsi>['enable']> {
          const found = super.enable(...all);
          return typeof found === 'number' ? 'ENOSPC' : found;
        }
      },
  },
  {
    id: 'SEED-2245',
    breaks: ['VFIO-INT-16'],
    story: 'What there is of too few vectors stays active.',
    like: 'vfio_msi_enable() without pci_free_irq_vectors()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciMsi {
        protected override enable(
          ...[kind, count]: Parameters<InstanceType<typeof vfioPci.VfioPciMsi>['enable']>
        ): ReturnType<InstanceType<typeof vfioPci.VfioPciMsi>['enable']> {
          const found = super.enable(kind, count);
          if (typeof found === 'number') this.kind = kind;
          return found;
        }
      },
  },
);
