import { mutants } from '#mutants/mutant.ts';
import type { Transfer } from '#reference/kernel/fs/file.ts';
import type { FeatureCall } from '#reference/kernel/vfio/check-feature.ts';
import type { MigrationFile, MigrationOps } from '#reference/kernel/vfio/migration.ts';
import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { O_RDWR } from '#uapi/mman.ts';
import {
  VFIO_DEVICE_FEATURE_GET,
  VFIO_DEVICE_FEATURE_SET,
  VFIO_DEVICE_STATE_ERROR,
  VFIO_DEVICE_STATE_PRE_COPY,
  VFIO_DEVICE_STATE_RUNNING_P2P,
  VFIO_DEVICE_STATE_STOP,
  VFIO_DEVICE_STATE_STOP_COPY,
} from '#uapi/vfio/feature.ts';

type SetState = MigrationFile | ErrnoName | undefined;

/** The states and the data of a device that migrates. */
export const entries = mutants(
  {
    id: 'SEED-2050',
    breaks: ['VFIO-MIG-01'],
    story: 'A device tells of no pre-copy, and does it.',
    like: 'migration_flags that were set before the device knew what it can do',
    bug: ({ vfio }) =>
      class extends vfio.VfioFeatures {
        protected override migration(call: FeatureCall, ops: MigrationOps) {
          return super.migration(call, { ...ops, flags: 3 });
        }
      },
  },
  {
    id: 'SEED-2051',
    breaks: ['VFIO-MIG-02'],
    story: 'The state can be told or set, and asking for both at once is refused.',
    like: 'vfio_check_feature() with one direction at a time',
    bug: ({ vfio }) =>
      class extends vfio.VfioFeatures {
        protected override deviceState(call: FeatureCall, ops: MigrationOps) {
          const both = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_SET;
          return (call.flags & both) === both ? 'EINVAL' : super.deviceState(call, ops);
        }
      },
  },
  {
    id: 'SEED-2052',
    breaks: ['VFIO-MIG-03', 'VFIO-MIG-10'],
    story: 'How much there is to read is told without the head of the data.',
    like: 'stop_copy_length of the state alone',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortMigration {
        override get dataSize(): bigint {
          return this.port.registers.size;
        }
      },
  },
  {
    id: 'SEED-2053',
    breaks: ['VFIO-MIG-04'],
    story: 'Who wants the state that there is already gets a new file for it.',
    like: 'mtty_set_state() that does its step before it compares',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortMigration {
        override setState(wanted: number): SetState {
          if (wanted !== this.state) return super.setState(wanted);
          this.endSessions();
          return this.step(wanted);
        }
      },
  },
  {
    id: 'SEED-2054',
    breaks: ['VFIO-MIG-05'],
    story: 'A user puts a device into the state ERROR.',
    like: 'vfio_mig_get_next_state() that takes ERROR for a state like others',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortMigration {
        override setState(wanted: number): SetState {
          if (wanted !== VFIO_DEVICE_STATE_ERROR) return super.setState(wanted);
          this.port.migrationState = wanted;
          return undefined;
        }
      },
  },
  {
    id: 'SEED-2055',
    breaks: ['VFIO-MIG-06'],
    story: 'What has stopped is copied as if it ran.',
    like: 'a table of arcs with a way from STOP_COPY to PRE_COPY',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortMigration {
        override setState(wanted: number): SetState {
          const isBack =
            this.state === VFIO_DEVICE_STATE_STOP_COPY && wanted === VFIO_DEVICE_STATE_PRE_COPY;
          if (isBack) super.setState(VFIO_DEVICE_STATE_STOP);
          return super.setState(wanted);
        }
      },
  },
  {
    id: 'SEED-2056',
    breaks: ['VFIO-MIG-06'],
    story: 'A device that is to run runs without its neighbours.',
    like: 'the loop of mtty_set_state() that ends one arc too early',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortMigration {
        override setState(wanted: number): SetState {
          const from = this.state;
          const made = super.setState(wanted);
          const stopped = from === VFIO_DEVICE_STATE_STOP && this.state !== wanted;
          if (from === VFIO_DEVICE_STATE_STOP && made === undefined && !stopped)
            this.port.migrationState = VFIO_DEVICE_STATE_RUNNING_P2P;
          return made;
        }
      },
  },
  {
    id: 'SEED-2057',
    breaks: ['VFIO-MIG-08'],
    story: 'What is saved can be written.',
    like: 'anon_inode_getfile() with O_RDWR for both directions',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortMigration {
        protected override save(): MigrationFile | undefined {
          const file = super.save();
          return file && { ...file, flags: O_RDWR };
        }
      },
  },
  {
    id: 'SEED-2058',
    breaks: ['VFIO-MIG-08'],
    story: 'A file of migration data has places.',
    like: 'mtty_save_device_data() without stream_open()',
    bug: ({ vfioPci }) => [
      class SavedSerialPort extends vfioPci.SavedSerialPort {
        override readonly nonseekable = false as unknown as true;
      },
      class ResumedSerialPort extends vfioPci.ResumedSerialPort {
        override readonly nonseekable = false as unknown as true;
      },
    ],
  },
  {
    id: 'SEED-2059',
    breaks: ['VFIO-MIG-09'],
    story: 'Each state in which data is saved has a file of its own.',
    like: 'mtty_save_device_data() that forgets the session before',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortMigration {
        protected override save(): MigrationFile | undefined {
          this.endSessions();
          return super.save();
        }
      },
  },
  {
    id: 'SEED-2060',
    breaks: ['VFIO-MIG-10'],
    story: 'The data never ends.',
    like: 'ENOMSG without a look at the state',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SavedSerialPort {
        override read(transfer: Transfer): number {
          return super.read(transfer) || failure('ENOMSG');
        }
      },
  },
  {
    id: 'SEED-2061',
    breaks: ['VFIO-MIG-11'],
    story: 'What has ended for now looks as if it had ended for good.',
    like: 'mtty_save_read()',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SavedSerialPort {
        override read(transfer: Transfer): number {
          return Math.max(super.read(transfer), 0);
        }
      },
  },
  {
    id: 'SEED-2062',
    breaks: ['VFIO-MIG-12', 'VFIO-MIG-16', 'VFIO-MIG-19'],
    story: 'A file of migration data goes on when its session is over.',
    like: 'mtty_disable_files() that only forgets the files',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SerialPortMigration {
        override endSessions(): void {
          this.saved = undefined;
          this.resumed = undefined;
        }
      },
  },
  {
    id: 'SEED-2063',
    breaks: ['VFIO-MIG-13'],
    story: 'Who closes the file of the data ends the session.',
    like: 'mtty_release_migf() that resets the state of its device',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SavedSerialPort {
        release(): void {
          this.migration.endSessions();
        }
      },
  },
  {
    id: 'SEED-2064',
    breaks: ['VFIO-MIG-14'],
    story: 'What is too much for a device is cut off in silence.',
    like: 'mtty_resume_write() with min_t() for a check',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ResumedSerialPort {
        override write(transfer: Transfer): number {
          const room = this.size - this.bytes.length;
          super.write({ ...transfer, length: Math.min(transfer.length, room) });
          return transfer.length;
        }
      },
  },
  {
    id: 'SEED-2065',
    breaks: ['VFIO-MIG-15'],
    story: 'A device resumes with half of its state.',
    like: 'mtty_load_state() that trusts whoever writes',
    bug: ({ vfioPci }) =>
      class extends vfioPci.ResumedSerialPort {
        override get registers(): Uint8Array | undefined {
          return super.registers ?? new Uint8Array(8);
        }
      },
  },
  {
    id: 'SEED-2066',
    breaks: ['VFIO-MIG-16'],
    story: 'A reset leaves the state of migration alone.',
    like: 'mtty_reset() without deferred_reset',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioMtty {
        protected override reset(): void {
          this.migration.endSessions();
        }
      },
  },
  {
    id: 'SEED-2067',
    breaks: ['VFIO-MIG-17'],
    story: 'What is saved is what the device was when saving began.',
    like: 'mtty_save_state() at PRE_COPY alone',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SavedSerialPort {
        private readonly early = this.migration.registers;

        override complete(): void {
          super.complete(this.early);
        }
      },
  },
  {
    id: 'SEED-2068',
    breaks: ['VFIO-MIG-18'],
    story: 'A device that has stopped takes no writes.',
    like: 'mdev_access() that looks at the state of migration',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioMtty {
        override write(transfer: Transfer, offset: bigint): number {
          const stopped = this.migration.state === VFIO_DEVICE_STATE_STOP;
          return stopped ? failure('EIO') : super.write(transfer, offset);
        }
      },
  },
  {
    id: 'SEED-2069',
    breaks: ['VFIO-MIG-19'],
    story: 'As many initial bytes are left as there were.',
    like: 'mtty_precopy_ioctl() without the position of the file',
    bug: ({ vfioPci }) =>
      class extends vfioPci.SavedSerialPort {
        protected override get left(): number {
          return this.bytes.length;
        }
      },
  },
  {
    id: 'SEED-2070',
    breaks: ['VFIO-MIG-20'],
    story: 'The flags of pre-copy come back as they were, whoever asked for an answer.',
    like: 'precopy_info_v2 that no driver reads',
    bug: ({ vfio }) =>
      class extends vfio.VfioFeatures {
        protected override precopyInfo(call: FeatureCall, ops: MigrationOps | undefined) {
          const result = super.precopyInfo(call, ops);
          if (ops) ops.precopyInfoV2 = false;
          return result;
        }
      },
  },
  {
    id: 'SEED-2071',
    breaks: ['VFIO-MIG-21'],
    story: 'An answer that cannot be written leaves a file descriptor behind.',
    like: 'vfio_ioct_mig_return_fd() without put_unused_fd()',
    bug: ({ vfio }) =>
      class extends vfio.VfioFeatures {
        protected override giveFile(
          call: FeatureCall,
          ...rest: [number, MigrationFile]
        ): number | ErrnoName | undefined {
          const result = super.giveFile(call, ...rest);
          if (result === 'EFAULT') call.task.files.reserve(call.task.limits.nofile);
          return result;
        }
      },
  },
  {
    id: 'SEED-2072',
    breaks: ['VFIO-MIG-22'],
    story: 'The next owner of a port finds it running.',
    like: 'a driver that sets RUNNING when it is closed',
    bug: ({ vfioPci }) =>
      class extends vfioPci.VfioMtty {
        override close(): void {
          super.close();
          this.reset();
        }
      },
  },
);
