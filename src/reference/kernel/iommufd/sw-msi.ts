import { PAGE_SIZE } from '#formats/page.ts';
import type { ErrnoName } from '#uapi/errno.ts';
import { isErrno } from '../lib/errno.ts';
import type { IommufdGroup } from './group.ts';
import type { HwptPaging } from './hw-pagetable.ts';

/** iommufd_private.h: struct iommufd_sw_msi_map: a page of doorbells in a window of IOVAs. */
interface SwMsiMap {
  readonly id: number;
  readonly windowStart: bigint;
  readonly doorbell: bigint;
  readonly iova: bigint;
}

/** Bits of struct iommufd_sw_msi_maps. */
const MAPS = 64;

/** driver.c: where the doorbells of an iommufd are, for all of its page tables alike. DEV-43 */
export class SwMsi {
  protected readonly maps: SwMsiMap[] = [];

  /**
   * iommufd_sw_msi(): by which IOVA devices of the group reach a page of doorbells; without a window by its own address. EOVERFLOW
   * for the 65th page.
   */
  prepare(group: IommufdGroup, hwpt: HwptPaging, doorbell: bigint): bigint | ErrnoName {
    if (group.swMsiStart === undefined) return doorbell;
    const map = this.mapOf(doorbell, group.swMsiStart);
    if (isErrno(map)) return map;
    const error = this.install(hwpt, map);
    if (error) return error;
    group.requiredSwMsi.add(map.id);
    return map.iova;
  }

  /** iommufd_group_setup_msi(): what the devices of a group write to, before they come to a page table. */
  installAll(group: IommufdGroup, hwpt: HwptPaging): ErrnoName | undefined {
    for (const map of this.maps) {
      const error = group.requiredSwMsi.has(map.id) ? this.install(hwpt, map) : undefined;
      if (error) return error;
    }
    return undefined;
  }

  /** iommufd_sw_msi_get_map() */
  protected mapOf(doorbell: bigint, windowStart: bigint): SwMsiMap | ErrnoName {
    const ofWindow = this.maps.filter((map) => map.windowStart === windowStart);
    const known = ofWindow.find((map) => map.doorbell === doorbell);
    if (known) return known;
    const id = this.maps.length;
    if (id >= MAPS) return 'EOVERFLOW';
    const iova = windowStart + BigInt(ofWindow.length) * PAGE_SIZE;
    const map = { id, windowStart, doorbell, iova };
    this.maps.push(map);
    return map;
  }

  /** iommufd_sw_msi_install(): no area of the IOAS knows of it, and it stays as long as the page table. */
  protected install(hwpt: HwptPaging, { id, iova, doorbell }: SwMsiMap): ErrnoName | undefined {
    if (hwpt.presentSwMsi.has(id)) return undefined;
    const error = hwpt.domain.map(iova, doorbell, PAGE_SIZE, { read: true, write: true });
    if (!error) hwpt.presentSwMsi.add(id);
    return error;
  }
}
