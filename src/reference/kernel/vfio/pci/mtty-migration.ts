import type { ErrnoName } from '#uapi/errno.ts';
import { failure } from '#uapi/errno.ts';
import { O_RDONLY, O_WRONLY } from '#uapi/mman.ts';
import {
  VFIO_DEVICE_STATE_PRE_COPY,
  VFIO_DEVICE_STATE_PRE_COPY_P2P,
  VFIO_DEVICE_STATE_RESUMING,
  VFIO_DEVICE_STATE_STOP,
  VFIO_DEVICE_STATE_STOP_COPY,
  VFIO_MIG_GET_PRECOPY_INFO,
  VFIO_MIGRATION_P2P,
  VFIO_MIGRATION_PRE_COPY,
  VFIO_MIGRATION_STOP_COPY,
} from '#uapi/vfio/feature.ts';
import type { FileOperations, Transfer } from '../../fs/file.ts';
import type { Task } from '../../fs/process.ts';
import { isErrno } from '../../lib/errno.ts';
import { loadArgument } from '../../mm/argument.ts';
import type { SerialPort } from '../mdev.ts';
import { nextState } from '../migration.ts';
import type { MigrationFile, MigrationOps } from '../migration.ts';
import type { VfioPciParts } from './parts.ts';

/** What a stream begins with: whose state it is. */
const HEADER = Uint8Array.from(Buffer.from('serial port, version 1\n\0'));

/** mtty_save_fops: once its session is over it is of no use any more. VFIO-MIG-09 10 11 12 19 */
export class SavedSerialPort implements FileOperations {
  readonly nonseekable = true;
  isOver = false;
  /** The bytes that there are by now: the head comes first, the registers when the port stands still. */
  protected bytes = HEADER;
  protected position = 0;
  protected readonly migration: SerialPortMigration;

  constructor(migration: SerialPortMigration) {
    this.migration = migration;
  }

  complete(registers: Uint8Array): void {
    this.bytes = Uint8Array.from([...HEADER, ...registers]);
  }

  /** ENOMSG where there is no more for now, 0 where there is no more at all. */
  read({ task, address, length }: Transfer): number {
    if (this.isOver) return failure('ENODEV');
    const piece = this.bytes.subarray(this.position, this.position + length);
    if (piece.length === 0 && this.migration.isPreCopying) return failure('ENOMSG');
    if (task.memory.copyToUser(address, piece)) return failure('EFAULT');
    this.position += piece.length;
    return piece.length;
  }

  ioctl(task: Task, request: number, arg: bigint): number {
    if (request !== VFIO_MIG_GET_PRECOPY_INFO.request) return failure('ENOTTY');
    const error = this.precopyInfo(task, arg);
    return error ? failure(error) : 0;
  }

  /** Bytes that can be read by now. */
  protected get left(): number {
    return this.bytes.length - this.position;
  }

  protected precopyInfo(task: Task, arg: bigint): ErrnoName | undefined {
    const argument = loadArgument(task.memory, arg, VFIO_MIG_GET_PRECOPY_INFO);
    if (isErrno(argument)) return argument;
    if (!this.migration.isPreCopying) return 'EINVAL';
    if (this.isOver) return 'ENODEV';
    const initial_bytes = BigInt(this.left);
    const flags = this.migration.precopyInfoV2 ? 0 : argument.fields.flags;
    const values = { flags, initial_bytes, dirty_bytes: 0n };
    return argument.respond(values, VFIO_MIG_GET_PRECOPY_INFO.minSize);
  }
}

/** mtty_resume_fops. VFIO-MIG-14 15 17 */
export class ResumedSerialPort implements FileOperations {
  readonly nonseekable = true;
  isOver = false;
  protected bytes = new Uint8Array();
  protected readonly size: number;

  constructor(registers: number) {
    this.size = HEADER.length + registers;
  }

  /** What was written behind the head, once all is there. */
  get registers(): Uint8Array | undefined {
    return this.bytes.length === this.size ? this.bytes.subarray(HEADER.length) : undefined;
  }

  /** EFAULT for a stream of something else, ENOMEM for more than there is room for. */
  write({ task, address, length }: Transfer): number {
    if (this.isOver) return failure('ENODEV');
    if (this.bytes.length + length > this.size) return failure('ENOMEM');
    const piece = task.memory.copyFromUser(address, length);
    if (isErrno(piece)) return failure(piece);
    const bytes = Uint8Array.from([...this.bytes, ...piece]);
    const isComplete = bytes.length >= HEADER.length;
    if (isComplete && HEADER.some((byte, at) => bytes[at] !== byte)) return failure('EFAULT');
    this.bytes = bytes;
    return length;
  }
}

/**
 * samples/vfio-mdev/mtty.c: mtty_set_state() and what it leads to. A session does not end with its file. VFIO-MIG-04 06 13
 */
export class SerialPortMigration implements MigrationOps {
  readonly flags = VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P | VFIO_MIGRATION_PRE_COPY;
  precopyInfoV2 = false;
  protected readonly parts: VfioPciParts;
  protected readonly port: SerialPort;
  protected saved: SavedSerialPort | undefined;
  protected resumed: ResumedSerialPort | undefined;

  constructor(parts: VfioPciParts, port: SerialPort) {
    this.parts = parts;
    this.port = port;
  }

  get state(): number {
    return this.port.migrationState;
  }

  get dataSize(): bigint {
    return BigInt(HEADER.length) + this.port.registers.size;
  }

  /** As they are now. */
  get registers(): Uint8Array {
    return this.port.registers.read(0n, Number(this.port.registers.size));
  }

  get isPreCopying(): boolean {
    const { state } = this;
    return state === VFIO_DEVICE_STATE_PRE_COPY || state === VFIO_DEVICE_STATE_PRE_COPY_P2P;
  }

  setState(wanted: number): MigrationFile | ErrnoName | undefined {
    let file: MigrationFile | undefined;
    while (this.state !== wanted) {
      const next = nextState(this.state, wanted, this.flags);
      if (isErrno(next)) return next;
      const made = this.step(next);
      if (isErrno(made)) return made;
      file = made;
      this.port.migrationState = next;
    }
    return file;
  }

  /** mtty_disable_files(): whoever has them has nothing. VFIO-MIG-12 22 */
  endSessions(): void {
    for (const data of [this.saved, this.resumed]) if (data) data.isOver = true;
    this.saved = undefined;
    this.resumed = undefined;
  }

  /** Saving goes on through its states; any other step ends what there was. */
  protected step(next: number): MigrationFile | ErrnoName | undefined {
    if (next === VFIO_DEVICE_STATE_STOP && this.resumed) return this.load();
    switch (next) {
      case VFIO_DEVICE_STATE_PRE_COPY:
      case VFIO_DEVICE_STATE_PRE_COPY_P2P:
        return this.save();
      case VFIO_DEVICE_STATE_STOP_COPY: {
        const file = this.save();
        this.saved?.complete(this.registers);
        return file;
      }
      case VFIO_DEVICE_STATE_RESUMING:
        this.resumed = new this.parts.vfioPci.ResumedSerialPort(Number(this.port.registers.size));
        return { operations: this.resumed, flags: O_WRONLY };
      default:
        this.endSessions();
        return undefined;
    }
  }

  protected save(): MigrationFile | undefined {
    if (this.saved) return undefined;
    this.saved = new this.parts.vfioPci.SavedSerialPort(this);
    return { operations: this.saved, flags: O_RDONLY };
  }

  /** mtty_load_state(): EINVAL where something is missing yet. VFIO-MIG-15 */
  protected load(): ErrnoName | undefined {
    const registers = this.resumed?.registers;
    if (!registers) return 'EINVAL';
    this.port.registers.write(0n, registers);
    this.endSessions();
    return undefined;
  }
}
