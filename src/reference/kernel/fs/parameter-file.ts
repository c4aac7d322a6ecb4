import { failure } from '#uapi/errno.ts';
import type { Transfer } from './file.ts';
import { isErrno } from '../lib/errno.ts';
import { TextFile } from './text-file.ts';

/** What stands for yes and for no: lib/kstrtox.c, kstrtobool(), as far as one letter goes. */
const truths: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 't', 'T', '1'].map((letter) => [letter, true] as const),
  ...['n', 'N', 'f', 'F', '0'].map((letter) => [letter, false] as const),
]);

export interface Switch {
  get(): boolean;
  set(value: boolean): void;
}

/** kernel/params.c: a parameter of type bool in /sys/module. */
export class ParameterFile extends TextFile {
  protected readonly parameter: Switch;

  constructor(parameter: Switch) {
    super();
    this.parameter = parameter;
  }

  /** EINVAL for what is neither yes nor no. */
  write({ task, address, length }: Transfer): number {
    const bytes = task.memory.copyFromUser(address, length);
    if (isErrno(bytes)) return failure(bytes);
    const value = truths.get(String.fromCharCode(bytes[0] ?? 0));
    if (value === undefined) return failure('EINVAL');
    this.parameter.set(value);
    return length;
  }

  protected override text(): string {
    return this.parameter.get() ? 'Y\n' : 'N\n';
  }
}
