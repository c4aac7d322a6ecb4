export interface Table {
  /** The IOAS whose mappings it has; undefined for a nested one. */
  readonly ioas: number | undefined;
  readonly automatic: boolean;
  /** Bytes. */
  readonly smallest: bigint;
}

export interface Device {
  /** Object id in the iommufd. */
  readonly bound: number;
  /** Page table by PASID; 0 is the device itself. */
  readonly tables: Map<number, number>;
  readonly hasPasids: boolean;
}

/** Page tables, mock devices by the id of their test object, and who is attached to what. */
export class Attachments {
  readonly tables = new Map<number, Table>();
  readonly devices = new Map<number, Device>();

  /** What is attached to a page table, or is a part of a mock device, cannot be destroyed. */
  isInUse(id: number): boolean {
    return [...this.devices.values()].some(
      ({ bound, tables }) => bound === id || [...tables.values()].includes(id),
    );
  }

  /** The PASIDs of a mock device that are attached: Linux warns where it goes with one. */
  pasidsOf(stdev: number): number[] {
    return [...(this.devices.get(stdev)?.tables.keys() ?? [])].filter((pasid) => pasid !== 0);
  }

  ofIoas(ioas: number): Table[] {
    return [...this.tables.values()].filter((table) => table.ioas === ioas);
  }

  /** An automatic page table is there as long as something is attached to it. The ids of those that went. */
  dropUnused(): number[] {
    const used = new Set([...this.devices.values()].flatMap(({ tables }) => [...tables.values()]));
    const unused = [...this.tables].filter(([id, { automatic }]) => automatic && !used.has(id));
    for (const [id] of unused) this.tables.delete(id);
    return unused.map(([id]) => id);
  }
}
