import type { OpenFile } from './syscalls.ts';

/** A piece of the flat view: guest memory of one kind, without holes. */
export interface MemoryRegionSection {
  /** Of the region. */
  readonly name: string;
  readonly gpa: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** Where the VMM has it. */
  readonly address: bigint;
  readonly readOnly: boolean;
  /** Where it is a file that is shared, from its beginning on. */
  readonly file?: OpenFile;
}

/** Who wants to know what the guest has. */
export interface MemoryListener {
  regionAdd(section: MemoryRegionSection): Promise<void>;
  regionDel(section: MemoryRegionSection): Promise<void>;
}

/** What is where for a guest and its devices: the flat view, and those who are told of each change of it. */
export class AddressSpace {
  /** By their addresses. */
  readonly sections: MemoryRegionSection[] = [];
  protected readonly listeners: MemoryListener[] = [];

  /** The section that lies there, even in part. */
  at(gpa: bigint, length: bigint): MemoryRegionSection | undefined {
    return this.sections.find((each) => each.gpa < gpa + length && gpa < each.gpa + each.size);
  }

  named(name: string): MemoryRegionSection | undefined {
    return this.sections.find((section) => section.name === name);
  }

  async add(section: MemoryRegionSection): Promise<void> {
    this.sections.push(section);
    this.sections.sort((one, other) => (one.gpa < other.gpa ? -1 : 1));
    for (const listener of this.listeners) await listener.regionAdd(section);
  }

  async remove(section: MemoryRegionSection): Promise<void> {
    this.sections.splice(this.sections.indexOf(section), 1);
    for (const listener of [...this.listeners].reverse()) await listener.regionDel(section);
  }

  /** It is told of all that there is. */
  async register(listener: MemoryListener): Promise<void> {
    this.listeners.push(listener);
    for (const section of this.sections) await listener.regionAdd(section);
  }

  /** It is told that nothing is there any more. */
  async unregister(listener: MemoryListener): Promise<void> {
    this.listeners.splice(this.listeners.indexOf(listener), 1);
    for (const section of this.sections) await listener.regionDel(section);
  }
}
