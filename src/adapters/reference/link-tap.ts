import type { Endpoint } from '#reference/hardware/bus.ts';
import type { PageResponse } from '#port/bench.ts';

/** An analyser on the link of a device: what the IOMMU sends to it passes through, and is seen. */
export class LinkTap implements Endpoint {
  private readonly device: Endpoint;
  private readonly responses: PageResponse[] = [];

  constructor(device: Endpoint) {
    this.device = device;
  }

  invalidateTranslations(range: Parameters<Endpoint['invalidateTranslations']>[0]): void {
    this.device.invalidateTranslations(range);
  }

  pageGroupResponse(response: Parameters<Endpoint['pageGroupResponse']>[0]): void {
    this.responses.push(response);
    this.device.pageGroupResponse(response);
  }

  /** The answers to page requests since the last time, the oldest first. */
  takeResponses(): readonly PageResponse[] {
    return this.responses.splice(0);
  }
}
