import { TextFile } from './text-file.ts';

export interface DeviceNode {
  readonly major: number;
  readonly minor: number;
  /** Below /dev. */
  readonly name: string;
  /** As chmod takes it. */
  readonly mode: string;
}

/** drivers/base/core.c: uevent_show(): the file `uevent` of a device in sysfs. ABI-22 23 */
export class UeventFile extends TextFile {
  protected readonly node: DeviceNode;

  constructor(node: DeviceNode) {
    super();
    this.node = node;
  }

  protected override text(): string {
    const { major, minor, name, mode } = this.node;
    return `MAJOR=${major}\nMINOR=${minor}\nDEVNAME=${name}\nDEVMODE=${mode}\n`;
  }
}
