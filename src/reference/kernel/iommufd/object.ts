import BTree from 'sorted-btree';
import type { ErrnoName } from '#uapi/errno.ts';
import { invariant } from '../../reference-bug.ts';
import type { FaultInjection } from '../mm/fault-injection.ts';
import { IdPool } from '../lib/id-pool.ts';

/** What an id of an iommufd stands for. */
export abstract class IommufdObject {
  readonly id: number;
  /** References that keep it from being destroyed. */
  users = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** Undoes what its creation did. Nobody uses it, and its id is free again. */
  abstract destroy(): void;
}

/** A class of objects, also an abstract one. */
export type ObjectClass<T extends IommufdObject> = abstract new (...args: never[]) => T;

/** main.c: the ids of one iommufd. OBJ-01 02 03 */
export class ObjectTable {
  protected readonly objects = new BTree<number, IommufdObject>();
  protected readonly ids = new IdPool(1);
  protected reserved = 0;
  protected readonly faults: FaultInjection;

  constructor(faults: FaultInjection) {
    this.faults = faults;
  }

  /** True also where an object is only about to come into being. OPT-07 10 */
  get isEmpty(): boolean {
    return this.objects.isEmpty && this.reserved === 0;
  }

  /** iommufd_object_alloc(): an id that answers ENOENT until finalize(). ENOMEM. OBJ-21 33 */
  reserve(): number | 'ENOMEM' {
    const error = this.faults.kmalloc();
    if (error) return error;
    this.reserved++;
    return this.ids.take();
  }

  /** iommufd_object_finalize(): from now on the object can be found. */
  finalize(object: IommufdObject): void {
    this.reserved--;
    this.objects.set(object.id, object);
  }

  /** iommufd_object_abort(): the id is free again. ABI-14 OBJ-33 */
  abort(id: number): void {
    this.reserved--;
    this.ids.release(id);
  }

  /** iommufd_get_object(): ENOENT for an unknown id and for another type. OBJ-04 05 MOCK-32 */
  get<T extends IommufdObject>(id: number, type: ObjectClass<T>): T | 'ENOENT' {
    if (this.faults.shouldFail()) return 'ENOENT';
    const object = this.objects.get(id);
    return object instanceof type ? object : 'ENOENT';
  }

  /** IOMMU_DESTROY: iommufd_object_remove(). OBJ-04 06 07 08 11 12 14 22 24 31 */
  remove(id: number): ErrnoName | undefined {
    const object = this.objects.get(id);
    if (!object) return 'ENOENT';
    if (object.users > 0) return 'EBUSY';
    this.erase(object);
    object.destroy();
    return undefined;
  }

  /**
   * iommufd_object_tombstone_user(): the object goes although its user did not destroy it, and its id is never given out
   * again. OBJ-19 VDEV-09
   */
  tombstone(object: IommufdObject): void {
    this.objects.delete(object.id);
    this.reserved++;
    object.destroy();
  }

  /** When the file is closed: those that nobody uses, again and again until none is left. OBJ-27 */
  destroyAll(): void {
    while (!this.objects.isEmpty) {
      const { size } = this.objects;
      for (const { id } of this.objects.valuesArray()) this.remove(id);
      invariant(this.objects.size < size, 'the objects of a closed iommufd use each other');
    }
  }

  all(): IterableIterator<IommufdObject> {
    return this.objects.values();
  }

  protected erase(object: IommufdObject): void {
    this.objects.delete(object.id);
    this.ids.release(object.id);
  }
}
