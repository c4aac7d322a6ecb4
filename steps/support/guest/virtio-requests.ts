/** What a driver writes for a virtio-iommu, and reads from it: virtio 1.2, 5.13.6. All is little endian. */

/** Offset and bytes. */
type Place = readonly [offset: number, bytes: number];

interface RequestLayout {
  readonly type: number;
  /** Bytes that the device reads. */
  readonly size: number;
  readonly fields: Readonly<Record<string, Place>>;
  /** Names of bits of `flags`. */
  readonly flags?: Readonly<Record<string, number>>;
}

const domain: Place = [4, 4];
const range = { virt_start: [8, 8], virt_end: [16, 8] } as const;

export const requestLayouts: ReadonlyMap<string, RequestLayout> = new Map([
  [
    'ATTACH',
    {
      type: 1,
      size: 20,
      fields: { domain, endpoint: [8, 4], flags: [12, 4], reserved: [16, 4] },
      flags: { BYPASS: 1 },
    },
  ],
  ['DETACH', { type: 2, size: 20, fields: { domain, endpoint: [8, 4], reserved: [12, 4] } }],
  [
    'MAP',
    {
      type: 3,
      size: 36,
      fields: { domain, ...range, phys_start: [24, 8], flags: [32, 4] },
      flags: { READ: 1, WRITE: 2, MMIO: 4 },
    },
  ],
  ['UNMAP', { type: 4, size: 28, fields: { domain, ...range, reserved: [24, 4] } }],
  ['PROBE', { type: 5, size: 72, fields: { endpoint: [4, 4], reserved: [8, 4] } }],
  ['type 9', { type: 9, size: 20, fields: {} }],
]);

/** What is reserved in the head. */
const head: Place = [1, 3];

export const TAIL_BYTES = 4;

const statuses = [
  ...['OK', 'IOERR', 'UNSUPP', 'DEVERR', 'INVAL'],
  ...['RANGE', 'NOENT', 'FAULT', 'NOMEM'],
];

const reasons = ['UNKNOWN', 'DOMAIN', 'MAPPING'];
const faultFlags = { READ: 1, WRITE: 2, ADDRESS: 0x100 };

export function layoutOfRequest(name: string): RequestLayout {
  const layout = requestLayouts.get(name);
  if (layout !== undefined) return layout;
  throw new Error(`no request ${name}; there are ${[...requestLayouts.keys()].join(', ')}`);
}

/** `fields` are values by name; `head` is what is reserved there. */
export function encodeRequest(
  { type, size, fields }: RequestLayout,
  values: ReadonlyMap<string, bigint>,
): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes[0] = type;
  for (const [name, value] of values) {
    const place = name === 'head' ? head : fields[name];
    if (place === undefined) throw new Error(`a request of type ${type} has no ${name}`);
    store(bytes, place, value);
  }
  return bytes;
}

function store(bytes: Uint8Array, [offset, length]: Place, value: bigint): void {
  for (let index = 0; index < length; index += 1)
    bytes[offset + index] = Number((value >> BigInt(8 * index)) & 0xffn);
}

/** `READ, WRITE, bit 7` */
export function flagsNamed(text: string, known: Readonly<Record<string, number>> = {}): bigint {
  const bits = text.split(', ').map((name) => {
    const [, bit] = /^bit (\d+)$/.exec(name) ?? [];
    const flag = bit === undefined ? known[name] : 2 ** Number(bit);
    if (flag !== undefined) return BigInt(flag);
    throw new Error(`no flag ${name}; there are ${Object.keys(known).join(', ')}`);
  });
  return bits.reduce((sum, bit) => sum | bit, 0n);
}

/** Of the tail, which is in the last bytes. */
export function statusIn(bytes: Uint8Array): string {
  const [status = 0, ...reserved] = bytes.subarray(-TAIL_BYTES);
  const name = statuses[status] ?? String(status);
  return reserved.every((byte) => byte === 0)
    ? name
    : `${name}, with reserved bytes that are not 0`;
}

export interface FaultRecord {
  readonly reason: string;
  readonly flags: string;
  readonly endpoint: number;
  readonly address: bigint;
}

export function decodeFault(bytes: Uint8Array): FaultRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = view.getUint32(4, true);
  const names = Object.entries(faultFlags).filter(([, flag]) => (flags & flag) !== 0);
  return {
    reason: reasons[view.getUint8(0)] ?? String(view.getUint8(0)),
    flags: names.map(([name]) => name).join(', '),
    endpoint: view.getUint32(8, true),
    address: view.getBigUint64(16, true),
  };
}

/** RESV_MEM, type 1: its subtype, and both ends. */
export function reservedIn(properties: Uint8Array): readonly string[] {
  const view = new DataView(properties.buffer, properties.byteOffset, properties.length);
  const found: string[] = [];
  for (let at = 0; at + 4 <= properties.length;) {
    const type = view.getUint16(at, true) & 0xfff;
    if (type === 0) break;
    const [first, last] = [view.getBigUint64(at + 8, true), view.getBigUint64(at + 16, true)];
    const subtype = view.getUint8(at + 4) === 1 ? 'MSI' : 'RESERVED';
    if (type === 1) found.push(`${subtype} ${first} ${last}`);
    at += 4 + view.getUint16(at + 2, true);
  }
  return found;
}

/** `0000:00:04.1`, as sysfs names a device: its requester id. */
export function endpointOf(device: string): bigint {
  const [, bus = '', slot = '', way = ''] = /^0000:(..):(..)\.(.)$/.exec(device) ?? [];
  if (way === '') throw new Error(`device ${device} is not named as in sysfs`);
  const [onBus, inSlot] = [Number.parseInt(bus, 16), Number.parseInt(slot, 16)];
  return BigInt((onBus << 8) | (inSlot << 3) | Number(way));
}
