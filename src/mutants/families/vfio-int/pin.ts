import { mutants } from '#mutants/mutant.ts';
import type { Eventfd } from '#reference/kernel/fs/eventfd.ts';
import type { FileOperations } from '#reference/kernel/fs/file.ts';
import type { Task } from '#reference/kernel/fs/process.ts';
import { isErrno } from '#reference/kernel/lib/errno.ts';
import type { VfioHardware } from '#reference/kernel/vfio/hardware.ts';
import type { IrqSet, IrqSetHead } from '#reference/kernel/vfio/pci/irq-set.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** What interrupts do. */
export const entries = mutants(
  {
    id: 'SEED-1965',
    breaks: ['VFIO-INT-01'],
    story: 'INTx that is not connected is masked all the same.',
    like: 'vfio_pci_set_intx_mask() without is_intx()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override maskIntx(set: IrqSet): number | ErrnoName | void {
          return this.intx.isActive ? super.maskIntx(set) : this.intx.mask();
        }
      },
  },
  {
    id: 'SEED-1966',
    breaks: ['VFIO-INT-02'],
    story: 'The count of an unmask is not looked at.',
    like: 'vfio_pci_set_intx_unmask() without count != 1',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override unmaskIntx(set: IrqSet): number | ErrnoName | void {
          return this.intx.isActive && set.count === 0 ? undefined : super.unmaskIntx(set);
        }
      },
  },
  {
    id: 'SEED-1967',
    breaks: ['VFIO-INT-03'],
    story: 'INTx does not mask itself.',
    like: 'vfio_intx_handler() without pci_check_and_mask_intx()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        protected override automask(): void {}
      },
  },
  {
    id: 'SEED-1968',
    breaks: ['VFIO-INT-03', 'VFIO-INT-04'],
    story: 'What a device asserts when it is unmasked is lost.',
    like: 'vfio_pci_intx_unmask_handler() that returns 0',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        override unmask(): void {
          this.unmaskHandler();
        }
      },
  },
  {
    id: 'SEED-1969',
    breaks: ['VFIO-INT-03'],
    story: 'The interrupt of another device on the same line is taken for one of its own.',
    like: 'vfio_intx_handler() that returns IRQ_HANDLED for any',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        protected override handler(): boolean {
          if (this.isMasked) return false;
          this.automask();
          this.send();
          return true;
        }
      },
  },
  {
    id: 'SEED-1970',
    breaks: ['VFIO-INT-03', 'VFIO-INT-04'],
    story: 'An unmask signals, whether the device asserts or not.',
    like: 'vfio_pci_intx_unmask() without the result of its handler',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        override unmask(): void {
          super.unmask();
          if (!this.isMasked) this.send();
        }
      },
  },
  {
    id: 'SEED-1971',
    breaks: ['VFIO-INT-04'],
    story: 'A bool of 0 masks and unmasks as a bool of 1 does.',
    like: 'vfio_pci_set_intx_mask() that does not look into its data',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        protected override maskIntx(set: IrqSet): number | ErrnoName | void {
          const error = super.maskIntx(set);
          if (!error) this.intx.mask();
          return error;
        }
      },
  },
  {
    id: 'SEED-1972',
    breaks: ['VFIO-INT-05'],
    story: 'A trigger by hand is silent while INTx is masked.',
    like: 'vfio_send_intx_eventfd() that looks at ctx->masked',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        override send(): void {
          if (!this.isMasked || this.isPending) super.send();
        }
      },
  },
  {
    id: 'SEED-1973',
    breaks: ['VFIO-INT-06'],
    story: 'A write to the eventfd of the unmask is left to be read.',
    like: 'virqfd_wakeup() without eventfd_ctx_do_read()',
    bug: ({ vfio }) =>
      class extends vfio.Virqfd {
        protected override wakeup(_eventfd: Eventfd, handler: () => void): void {
          handler();
        }
      },
  },
  {
    id: 'SEED-1974',
    breaks: ['VFIO-INT-06'],
    story: 'A write that was made before the eventfd was given for the unmask is lost.',
    like: 'vfio_virqfd_enable() that does not look at what vfs_poll() says',
    bug: ({ vfio }) =>
      class extends vfio.Virqfd {
        override enable(eventfd: Eventfd, handler: () => void): ErrnoName | undefined {
          let isReady = false;
          const error = super.enable(eventfd, () => isReady && handler());
          isReady = true;
          return error;
        }
      },
  },
  {
    id: 'SEED-1975',
    breaks: ['VFIO-INT-06'],
    story: 'A closed eventfd stays what unmasks INTx.',
    like: 'virqfd_wakeup() without EPOLLHUP',
    bug: ({ vfio }) =>
      class extends vfio.Virqfd {
        override enable(eventfd: Eventfd, handler: () => void): ErrnoName | undefined {
          if (this.stop) return 'EBUSY';
          const written = (): void => this.wakeup(eventfd, handler);
          this.stop = eventfd.await({ written, closed: () => undefined });
          if (eventfd.isReadable) handler();
          return undefined;
        }
      },
  },
  {
    id: 'SEED-1976',
    breaks: ['VFIO-INT-07'],
    story: 'Any file descriptor is EBUSY where an eventfd unmasks already.',
    like: 'vfio_virqfd_enable() that looks at *pvirqfd first',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        private isGiven = false;

        override unmaskBy(set: IrqSet): ErrnoName | undefined {
          if (this.isGiven && set.fd(0) >= 0) return 'EBUSY';
          const error = super.unmaskBy(set);
          this.isGiven = !error && set.fd(0) >= 0;
          return error;
        }
      },
  },
  {
    id: 'SEED-1977',
    breaks: ['VFIO-INT-08'],
    story: "Interrupt Disable of the user's command register is nothing to a trigger by hand.",
    like: 'vfio_send_intx_eventfd() without virq_disabled',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        override send(): void {
          if (this.isActive) this.trigger?.signal();
        }
      },
  },
  {
    id: 'SEED-1978',
    breaks: ['VFIO-INT-08'],
    story: "INTx begins unmasked, whatever the user's command register says.",
    like: 'vfio_intx_enable() with ctx->masked = false',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        override enable(trigger: Eventfd | undefined): ErrnoName | undefined {
          const isDisabled = this.isVirtuallyDisabled;
          this.isVirtuallyDisabled = false;
          const error = super.enable(trigger);
          this.isVirtuallyDisabled = isDisabled;
          return error;
        }
      },
  },
  {
    id: 'SEED-1979',
    breaks: ['VFIO-INT-08'],
    story:
      'What was masked by hand stays masked when the command register allows interrupts again.',
    like: 'vfio_basic_config_write() without vfio_pci_intx_unmask()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        override disableVirtually(isDisabled: boolean): void {
          if (isDisabled) super.disableVirtually(isDisabled);
          else this.isVirtuallyDisabled = false;
        }
      },
  },
  {
    id: 'SEED-1980',
    breaks: ['VFIO-INT-09'],
    story: 'A negative number disconnects INTx.',
    like: 'vfio_pci_set_intx_trigger() that disables for fd < 0',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        override setSignal(trigger: Eventfd | undefined): void {
          if (trigger) super.setSignal(trigger);
          else this.disable();
        }
      },
  },
  {
    id: 'SEED-1981',
    breaks: ['VFIO-INT-10'],
    story: 'Whether there is such an action is looked at before the data is read.',
    like: 'vfio_pci_set_irqs_ioctl() before memdup_user()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        private action = 0;

        protected override dataSizeOf(head: IrqSetHead): number | ErrnoName {
          const size = super.dataSizeOf(head);
          this.action = head.index > 2 ? head.flags & 0x38 : 0x20;
          return size;
        }

        protected override loadData(task: Task, arg: bigint, size: number): Uint8Array | ErrnoName {
          return this.action === 0x20 ? super.loadData(task, arg, size) : 'ENOTTY';
        }
      },
  },
  {
    id: 'SEED-1982',
    breaks: ['VFIO-INT-11'],
    story: 'A device that does not answer at its registers is not heard by its pin either.',
    like: 'vfio_pci_set_irqs_ioctl() on the way of vfio_pci_zap_and_down_write_memory_lock()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        override send(): void {
          const [command = 0] = this.device.pci.configuration.read(4n, 1);
          if (command & 2) super.send();
        }
      },
  },
  {
    id: 'SEED-1983',
    breaks: ['VFIO-INT-22'],
    story: 'An eventfd is forgotten when its first number is closed.',
    like: 'an eventfd_ctx without a reference of its own',
    bug: ({ fs }) =>
      class extends fs.FdTable {
        override close(fd: number): 'EBADF' | undefined {
          const file = this.files.get(fd);
          const eventfd = file?.operations as Partial<Eventfd> | undefined;
          if (eventfd?.signal) eventfd.signal = () => undefined;
          return super.close(fd);
        }
      },
  },
  {
    id: 'SEED-1984',
    breaks: ['VFIO-INT-24'],
    story: 'A trigger of REQ without anybody to tell succeeds.',
    like: 'vfio_pci_set_ctx_trigger_single() without -EINVAL at its end',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciTrigger {
        protected override loopBack(set: IrqSet): ErrnoName | undefined {
          super.loopBack(set);
          return undefined;
        }
      },
  },
  {
    id: 'SEED-1985',
    breaks: ['VFIO-INT-24'],
    story: 'Any negative number takes the eventfd of REQ away.',
    like: 'vfio_pci_set_ctx_trigger_single() with fd < 0',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciTrigger {
        protected override setEventfd(set: IrqSet): ErrnoName | undefined {
          if (set.count === 0 || set.fd(0) >= -1) return super.setEventfd(set);
          return void this.clear();
        }
      },
  },
  {
    id: 'SEED-1986',
    breaks: ['VFIO-INT-10'],
    story: 'The data is read before the values are looked at.',
    like: 'memdup_user() before vfio_set_irqs_validate_and_prepare()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciInterrupts {
        override setIrqs(task: Task, arg: bigint): number | ErrnoName | undefined {
          const data = this.loadData(task, arg, 16);
          return isErrno(data) ? data : super.setIrqs(task, arg);
        }
      },
  },
  {
    id: 'SEED-2163',
    breaks: ['VFIO-INT-27'],
    story: 'A device that cannot mask its pin shares the line of it.',
    like: 'vfio_intx_enable() with IRQF_SHARED for each device',
    bug: ({ hardware }) =>
      class extends hardware.InterruptController {
        override mayConnect(): boolean {
          return true;
        }
      },
  },
  {
    id: 'SEED-2164',
    breaks: ['VFIO-INT-27'],
    story: 'What a device wanted while its line was masked is forgotten.',
    like: 'vfio_pci_intx_unmask_handler() without enable_irq()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioPciIntx {
        protected override unmaskLine(): false {
          this.isMasked = false;
          return false;
        }
      },
  },
  {
    id: 'SEED-2165',
    breaks: ['VFIO-INT-27'],
    story: 'The parameter is obeyed for devices that the driver has already.',
    like: 'vfio_pci_core_enable() that looks at nointxmask',
    bug: ({ vfio }) =>
      class extends vfio.VfioCore {
        protected override openDevice(hardware: VfioHardware): FileOperations {
          hardware.pinIsMaskedByLine = this.kernel.parameters.noIntxMask;
          return super.openDevice(hardware);
        }
      },
  },
);
