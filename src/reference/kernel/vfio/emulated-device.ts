import type { ErrnoName } from '#uapi/errno.ts';
import { isErrno } from '../lib/errno.ts';
import type { Access } from '../iommufd/access.ts';
import type { Iommufd } from '../iommufd/main.ts';
import { VfioDevice } from './device.ts';
import type { IommufdBinding } from './device.ts';

/** vfio/iommufd.c: vfio_iommufd_emulated_*(): an access stands for a device that does no DMA. PIN-36 37 */
export class EmulatedBinding implements IommufdBinding {
  readonly context: Iommufd;
  protected readonly access: Access;

  constructor(context: Iommufd, access: Access) {
    this.context = context;
    this.access = access;
  }

  get id(): number {
    return this.access.id;
  }

  /** Only an IOAS has what an access reads; the id of it is the answer. PIN-36 */
  attach(ioasId: number): number | ErrnoName {
    return this.access.attach(ioasId) ?? ioasId;
  }

  replace(ioasId: number): number | ErrnoName {
    return this.attach(ioasId);
  }

  detach(): void {
    this.access.detach();
  }

  detachAll(): void {
    this.detach();
  }

  unbind(): void {
    this.access.release();
  }
}

/** A VFIO device whose driver makes it up. */
export class EmulatedDevice extends VfioDevice {
  override readonly hasPasids: boolean = false;
  override readonly hasToken: boolean = false;

  /** Its driver has no op of its own for that. */
  override match(text: string): boolean {
    return text === this.hardware.name;
  }

  /** vfio_iommufd_emulated_bind(). PIN-37 OBJ-12 */
  protected override bindTo(context: Iommufd): IommufdBinding | ErrnoName {
    const { iommufd } = context.kernel.parts;
    const unmap = (): void => undefined;
    const access = context.create(
      (id) => new iommufd.Access(id, { context, needsPinPages: true, unmap }),
    );
    return isErrno(access) ? access : new this.parts.vfio.EmulatedBinding(context, access);
  }
}
