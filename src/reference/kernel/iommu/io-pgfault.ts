import type { ErrnoName } from '#uapi/errno.ts';
import type { AnyDomain } from './domain.ts';

/** Of what a device is attached to without a PASID. */
export const IOMMU_NO_PASID = 0;

/** enum iommu_page_response_code */
export const PAGE_RESPONSE_SUCCESS = 0;
export const PAGE_RESPONSE_INVALID = 1;

/** struct iommu_fault_page_request: one message of a device that needs a page. */
export interface PageRequest {
  readonly address: bigint;
  readonly pasid: number | undefined;
  /** Requests of one group are answered together. */
  readonly groupId: number;
  /** IOMMU_PGFAULT_PERM_*. */
  readonly permissions: number;
  /** The last one of its group. */
  readonly isLast: boolean;
}

/** struct iommu_attach_handle: an attachment, for whoever made it to recognise. */
export interface AttachHandle {
  readonly domain: AnyDomain;
  /** sw_msi(), for a page of doorbells: the IOVA by which devices reach it there. */
  readonly mapDoorbell?: (page: bigint) => bigint | ErrnoName;
}

/** struct iopf_group: requests that are answered as one. */
export interface PageRequestGroup {
  /** In the order in which they came. */
  readonly requests: readonly PageRequest[];
  readonly handle: AttachHandle;
  /** iopf_group_response(): PAGE_RESPONSE_*. Only the first answer reaches the device. */
  respond(code: number): void;
}

export type PageRequestHandler = (group: PageRequestGroup) => void;

/** How the page requests of one device come in and out. */
export interface PageRequestPort {
  /** The attachment that a request belongs to. */
  find(pasid: number | undefined): AttachHandle | undefined;
  /** iommu_ops.page_response(). */
  respond(request: PageRequest, code: number): void;
}

/** drivers/iommu/io-pgfault.c: struct iommu_fault_param: the page requests of one device that are not answered. */
export class PageRequests {
  protected readonly port: PageRequestPort;
  /** Attachments whose domain handles page requests. */
  protected users = 0;
  protected partial: PageRequest[] = [];
  protected readonly pending = new Set<PageRequestGroup>();

  constructor(port: PageRequestPort) {
    this.port = port;
  }

  /** iopf_queue_add_device(), for a domain that handles page requests. FAULT-30 */
  enable(domain: AnyDomain): void {
    if (domain.pageRequestHandler) this.users++;
  }

  /** iopf_queue_remove_device(), with the last such domain: what is open is answered as invalid. FAULT-22 30 HW-PRQ-11 */
  disable(domain: AnyDomain): void {
    if (!domain.pageRequestHandler || --this.users > 0) return;
    this.partial = [];
    for (const group of this.pending) group.respond(PAGE_RESPONSE_INVALID);
  }

  /**
   * iommu_report_device_fault(): whole groups go to the handler of the domain; a request that nobody handles is answered as
   * invalid, whether or not it is the last of its group. FAULT-08 09 27 HW-PRQ-07
   */
  report(request: PageRequest): void {
    const handle = this.port.find(request.pasid);
    const handler = handle?.domain.pageRequestHandler;
    if (!handle || !handler) {
      this.port.respond(request, PAGE_RESPONSE_INVALID);
    } else if (request.isLast) {
      handler(this.groupOf(request, handle));
    } else {
      this.partial.push(request);
    }
  }

  /** iopf_queue_discard_partial(): halves of groups, whose last request is lost. HW-PRQ-04 */
  discardPartial(): void {
    this.partial = [];
  }

  /** iopf_group_alloc(): with the requests of its number that came before the last one. FAULT-09 HW-PRQ-08 */
  protected groupOf(last: PageRequest, handle: AttachHandle): PageRequestGroup {
    const belongs = (request: PageRequest): boolean => this.isOfGroup(request, last);
    const requests = [...this.partial.filter(belongs), last];
    this.partial = this.partial.filter((request) => !belongs(request));
    const group: PageRequestGroup = {
      requests,
      handle,
      respond: (code) => {
        if (this.pending.delete(group)) this.port.respond(last, code);
      },
    };
    this.pending.add(group);
    return group;
  }

  /** Whatever the PASIDs are. */
  protected isOfGroup(request: PageRequest, last: PageRequest): boolean {
    return request.groupId === last.groupId;
  }
}
