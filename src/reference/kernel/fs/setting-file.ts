import { failure } from '#uapi/errno.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import type { Transfer } from './file.ts';
import { isErrno } from '../lib/errno.ts';
import type { Task } from './process.ts';
import { TextFile } from './text-file.ts';

/** Bytes of the longest value. */
const LONGEST = 24;

export interface Setting {
  show(): string;
  /** An errno for a text that is no value. */
  set(text: string, task: Task): ErrnoName | undefined;
}

/** A file of proc or debugfs that holds one value. */
export class SettingFile extends TextFile {
  protected readonly setting: Setting;

  constructor(setting: Setting) {
    super();
    this.setting = setting;
  }

  write({ task, address, length }: Transfer): number {
    const bytes = task.memory.copyFromUser(address, Math.min(length, LONGEST));
    if (isErrno(bytes)) return failure(bytes);
    const error = this.setting.set(new TextDecoder().decode(bytes).trim(), task);
    return error ? failure(error) : length;
  }

  pwrite(transfer: Transfer): number {
    return this.write(transfer);
  }

  protected override text(): string {
    return `${this.setting.show()}\n`;
  }
}

interface Numeric {
  get(): number | bigint;
  set(value: bigint): void;
  readonly least: bigint;
  readonly greatest: bigint;
}

/** kstrtoint() and the like. EINVAL, ERANGE. */
export function numberSetting({ get, set, least, greatest }: Numeric): Setting {
  return {
    show: () => String(get()),
    set(text) {
      if (!/^[+-]?(0x[0-9a-f]+|\d+)$/i.test(text)) return 'EINVAL';
      const magnitude = BigInt(text.replace(/^[+-]/, ''));
      const value = text.startsWith('-') ? -magnitude : magnitude;
      if (value < least || value > greatest) return 'ERANGE';
      set(value);
      return undefined;
    },
  };
}

/** debugfs_create_bool(): Y or N. EINVAL. */
export function booleanSetting(get: () => boolean, set: (value: boolean) => void): Setting {
  return {
    show: () => (get() ? 'Y' : 'N'),
    set(text) {
      if (!/^[yn01]/i.test(text)) return 'EINVAL';
      set(/^[y1]/i.test(text));
      return undefined;
    },
  };
}
