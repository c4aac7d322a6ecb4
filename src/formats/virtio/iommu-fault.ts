/** virtio 1.2, 5.13.6.9: what a device reports of an access that it refused. HW-VIO-44 */
export const FaultReason = { Unknown: 0, Domain: 1, Mapping: 2 } as const;

export type FaultReason = (typeof FaultReason)[keyof typeof FaultReason];

export const FAULT_READ = 1;
export const FAULT_WRITE = 2;
/** The address is told. */
export const FAULT_ADDRESS = 0x100;

export interface FaultRecord {
  readonly reason: FaultReason;
  readonly flags: number;
  readonly endpoint: number;
  readonly address: bigint;
}

export function encodeFault({ reason, flags, endpoint, address }: FaultRecord): Uint8Array {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint8(0, reason);
  view.setUint32(4, flags, true);
  view.setUint32(8, endpoint, true);
  view.setBigUint64(16, address, true);
  return new Uint8Array(view.buffer);
}
