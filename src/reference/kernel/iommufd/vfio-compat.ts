import { failure } from '#uapi/errno.ts';
import type { Task } from '../process.ts';
import type { Iommufd } from './main.ts';

/** linux/vfio.h: the command that every container answers with VFIO_API_VERSION, which is 0. */
const VFIO_GET_API_VERSION = 0x3b64;

/** vfio_compat.c: iommufd_vfio_ioctl(): an iommufd as VFIO container. */
export class VfioCompat {
  protected readonly context: Iommufd;

  constructor(context: Iommufd) {
    this.context = context;
  }

  /** ABI-03 VFIO-01 31 */
  ioctl(_task: Task, request: number, _arg: bigint): number {
    return request === VFIO_GET_API_VERSION ? 0 : failure('ENOTTY');
  }
}
