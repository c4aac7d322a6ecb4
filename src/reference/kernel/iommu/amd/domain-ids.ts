import { IdPool } from '../../lib/id-pool.ts';

const LAST = 0xffff;

/** pdom_ids: of domains on all units of a machine; 0 is nobody's. HW-AMD-18 */
export class DomainIds {
  private readonly pool = new IdPool(1);

  /** Undefined where all are taken. */
  take(): number | undefined {
    const id = this.pool.take();
    if (id <= LAST) return id;
    this.pool.release(id);
    return undefined;
  }

  release(id: number): void {
    this.pool.release(id);
  }
}
