/** What came back of one request. */
export interface VirtioAnswer {
  /** All bytes that the device might write; those that it left alone are 0xee. */
  readonly bytes: Uint8Array;
  /** How many of them it says that it wrote: the length in the used ring. */
  readonly written: number;
}

/**
 * A virtio-iommu whose driver is the suite: virtio 1.2, 5.13. Nothing else drives it. The bench brings what it takes to
 * speak to a device, the queues and the negotiation, in which it takes every feature that is offered; which requests there
 * are is the suite's business. An endpoint is the requester id of a device: bus << 8 | device << 3 | function. `stopped`:
 * the device has set DEVICE_NEEDS_RESET, and answers no more.
 */
export interface VirtioIommu {
  /** Sends what the device is to read, beside `room` bytes, 1 or more, that it may write; and waits for it. */
  request(bytes: Uint8Array, room: number): Promise<VirtioAnswer | 'stopped'>;
  /**
   * Gives the event queue further buffers, of so many bytes each. Returns what the device wrote into those before that it
   * has used since the last time, the oldest first.
   */
  events(buffers: readonly number[]): Promise<readonly Uint8Array[] | 'stopped'>;
  /** The configuration of the device as it is, all 40 bytes; `change` is written first. 5.13.4 */
  configuration(change?: {
    readonly offset: number;
    readonly bytes: Uint8Array;
  }): Promise<Uint8Array>;
  /** Device reset, and a new negotiation; the queues are empty afterwards. */
  reset(): Promise<void>;
}
