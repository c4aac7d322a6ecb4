/** A physical address of the host, bytes. */
export type Hpa = bigint;
/** An address as a device sends it, bytes. */
export type Iova = bigint;

/** Requester id: bus, device, function in 16 bits, as on PCI. */
export type Rid = number;
