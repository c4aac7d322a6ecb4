/** virtio 1.2, 5.13.6 Device operations: requests of the driver, all little endian. */
export const RequestType = { Attach: 1, Detach: 2, Map: 3, Unmap: 4, Probe: 5 } as const;

/** 5.13.6.2: how a request went. */
export const Status = {
  Ok: 0,
  InputOutputError: 1,
  Unsupported: 2,
  DeviceError: 3,
  Invalid: 4,
  Range: 5,
  NoEntry: 6,
  Fault: 7,
  NoMemory: 8,
} as const;

export type Status = (typeof Status)[keyof typeof Status];

/** Head and tail of a request: a byte, and three that are reserved. */
export const HEAD_SIZE = 4;
export const TAIL_SIZE = 4;

/** VIRTIO_IOMMU_ATTACH_F_BYPASS: the domain is one that translates nothing. */
export const ATTACH_BYPASS = 1;
export const MAP_READ = 1;
export const MAP_WRITE = 2;

/** The fields of a request behind its head; what is not named is reserved, and 0. */
export interface RequestFields {
  readonly domain?: number;
  readonly endpoint?: number;
  readonly flags?: number;
  readonly virtualStart?: bigint;
  /** Included. */
  readonly virtualEnd?: bigint;
  readonly physicalStart?: bigint;
}

type Layout = readonly (readonly [keyof RequestFields, 4 | 8])[];

/** Bytes behind the fields that are reserved, and of each field. */
const layouts: ReadonlyMap<number, { readonly fields: Layout; readonly reserved: number }> =
  new Map([
    [
      RequestType.Attach,
      {
        fields: [
          ['domain', 4],
          ['endpoint', 4],
          ['flags', 4],
        ],
        reserved: 4,
      },
    ],
    [
      RequestType.Detach,
      {
        fields: [
          ['domain', 4],
          ['endpoint', 4],
        ],
        reserved: 8,
      },
    ],
    [
      RequestType.Map,
      {
        fields: [
          ['domain', 4],
          ['virtualStart', 8],
          ['virtualEnd', 8],
          ['physicalStart', 8],
          ['flags', 4],
        ],
        reserved: 0,
      },
    ],
    [
      RequestType.Unmap,
      {
        fields: [
          ['domain', 4],
          ['virtualStart', 8],
          ['virtualEnd', 8],
        ],
        reserved: 4,
      },
    ],
    [RequestType.Probe, { fields: [['endpoint', 4]], reserved: 64 }],
  ]);

/** What the driver sends: head and fields, without the tail, which is the device's. */
export function encodeRequest(type: number, values: RequestFields): Uint8Array {
  const { fields, reserved } = layouts.get(type) ?? { fields: [], reserved: 0 };
  const size = fields.reduce((sum, [, bytes]) => sum + bytes, HEAD_SIZE + reserved);
  const view = new DataView(new ArrayBuffer(size));
  view.setUint8(0, type);
  let offset = HEAD_SIZE;
  for (const [name, bytes] of fields) {
    if (bytes === 8) view.setBigUint64(offset, BigInt(values[name] ?? 0), true);
    else view.setUint32(offset, Number(values[name] ?? 0), true);
    offset += bytes;
  }
  return new Uint8Array(view.buffer);
}

/** `isClean`: what is reserved behind the head is 0. */
export interface Request {
  readonly type: number;
  readonly values: Required<RequestFields>;
  readonly isClean: boolean;
}

/** Undefined for an unknown type, and where bytes are missing; what is reserved in the head is not looked at. HW-VIO-03 07 */
export function decodeRequest(bytes: Uint8Array): Request | undefined {
  const [type = 0] = bytes;
  const layout = layouts.get(type);
  if (!layout) return undefined;
  const size = layout.fields.reduce((sum, [, length]) => sum + length, HEAD_SIZE + layout.reserved);
  if (bytes.length < size) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const values: Record<string, number | bigint> = {};
  let offset = HEAD_SIZE;
  for (const [name, length] of layout.fields) {
    values[name] = length === 8 ? view.getBigUint64(offset, true) : view.getUint32(offset, true);
    offset += length;
  }
  const isClean = bytes.subarray(offset, size).every((byte) => byte === 0);
  return { type, values: { ...noFields, ...values }, isClean };
}

const noFields: Required<RequestFields> = {
  domain: 0,
  endpoint: 0,
  flags: 0,
  virtualStart: 0n,
  virtualEnd: 0n,
  physicalStart: 0n,
};
