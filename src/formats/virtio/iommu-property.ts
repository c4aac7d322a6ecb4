/** virtio 1.2, 5.13.6.7: what a PROBE request is answered with: properties, up to one of type 0. */
interface Property {
  readonly type: number;
  readonly value: DataView;
}

const HEAD = 4;
/** VIRTIO_IOMMU_PROBE_T_RESV_MEM, and its subtype of interrupts. */
const RESERVED_MEMORY = 1;
const RESERVED_MEMORY_LENGTH = 20;
const INTERRUPTS = 1;

/** Of a property, 12 bits; the others are reserved, and ignored. HW-VIO-39 */
const TYPE_MASK = 0xfff;

/** 5.13.6.7.1: addresses that are not translated; both ends included. HW-VIO-40 */
export interface ReservedMemory {
  readonly first: bigint;
  readonly last: bigint;
  /** VIRTIO_IOMMU_RESV_MEM_T_MSI: what is written there is an interrupt. */
  readonly isInterrupt: boolean;
}

export function encodeReservedMemory({ first, last, isInterrupt }: ReservedMemory): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEAD + RESERVED_MEMORY_LENGTH));
  view.setUint16(0, RESERVED_MEMORY, true);
  view.setUint16(2, RESERVED_MEMORY_LENGTH, true);
  view.setUint8(4, isInterrupt ? INTERRUPTS : 0);
  view.setBigUint64(8, first, true);
  view.setBigUint64(16, last, true);
  return new Uint8Array(view.buffer);
}

/** A property that no driver knows, with bits set that are reserved. */
export function encodeUnknownProperty(length: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEAD + length));
  view.setUint16(0, 0xf000 | 0x7ff, true);
  view.setUint16(2, length, true);
  return new Uint8Array(view.buffer).fill(0xff, HEAD);
}

/** The regions among the properties; what else there is is passed over. */
export function decodeReservedMemory(properties: Uint8Array): readonly ReservedMemory[] {
  return propertiesIn(properties)
    .filter(({ type }) => type === RESERVED_MEMORY)
    .map(({ value }) => ({
      first: value.getBigUint64(4, true),
      last: value.getBigUint64(12, true),
      isInterrupt: value.getUint8(0) === INTERRUPTS,
    }));
}

function propertiesIn(bytes: Uint8Array): readonly Property[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: Property[] = [];
  for (let at = 0; at + HEAD <= bytes.length;) {
    const [type, length] = [view.getUint16(at, true) & TYPE_MASK, view.getUint16(at + 2, true)];
    if (type === 0) break;
    found.push({ type, value: new DataView(bytes.buffer, bytes.byteOffset + at + HEAD, length) });
    at += HEAD + length;
  }
  return found;
}
