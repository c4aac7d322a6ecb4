import {
  ATS,
  CONFIGURATION_END,
  EXTENDED_FIRST,
  ExtendedCapability,
  PAGE_REQUESTS,
  PASID,
} from '#formats/pcie-capabilities.ts';

import type { DeviceRegion } from '../bus.ts';
import type { PageRequestInterface } from './page-request-interface.ts';

/** 16 bits of the configuration space. */
interface Register {
  read(): number;
  write?(value: number): void;
}

/** Where ours are. Without ATS there are no page requests either, and that of PASIDs is the first of the list. */
const ATS_AT = EXTENDED_FIRST;
const PAGE_REQUESTS_AT = 0x110;
const PASID_AT = 0x120;
const VERSION = 1;

export interface ExpressOptions {
  readonly ats: boolean;
  /** 0 without PASIDs. */
  readonly pasidBits: number;
  /** Without PRI there is none. */
  readonly pageRequests: PageRequestInterface | undefined;
  /** It has been switched off, or is about to be switched on. */
  onAtsChange(): void;
}

/**
 * PCIe, 7.8.8 on: the extended capabilities of a function, as far as an IOMMU is concerned by them. What software does in a
 * wrong order is undefined in the book; here it has no effect: PASIDs cannot be switched while ATS is on, nor page requests
 * on while it is off. HW-PCI-01 02 03
 */
export class ExpressCapabilities implements DeviceRegion {
  readonly size = BigInt(CONFIGURATION_END - EXTENDED_FIRST);
  protected readonly options: ExpressOptions;
  private readonly registers: ReadonlyMap<number, Register>;
  protected atsControl = 0;
  protected pasidControl = 0;

  constructor(options: ExpressOptions) {
    this.options = options;
    this.registers = new Map([
      ...this.list(),
      ...(options.ats ? this.ats() : []),
      ...(options.pageRequests ? this.pageRequests(options.pageRequests) : []),
      ...(options.pasidBits > 0 ? this.pasids() : []),
    ]);
  }

  get isAtsEnabled(): boolean {
    return (this.atsControl & ATS.Enable) !== 0;
  }

  get arePasidsEnabled(): boolean {
    return (this.pasidControl & PASID.Enable) !== 0;
  }

  /** PCIe, 6.20: what a request with a PASID may ask for besides, PASID.Execute and PASID.Privileged. HW-PCI-02 */
  permits(what: number): boolean {
    return (this.pasidControl & what) === what;
  }

  /** `offset` is that in the configuration space. */
  read(offset: bigint, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, index) => {
      const at = Number(offset) + index;
      return ((this.registers.get(at & ~1)?.read() ?? 0) >> ((at & 1) * 8)) & 0xff;
    });
  }

  /** By whole registers. */
  write(offset: bigint, bytes: Uint8Array): void {
    for (let index = 0; index + 1 < bytes.length; index += 2) {
      const value = (bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8);
      this.registers.get(Number(offset) + index)?.write?.(value);
    }
  }

  /** 7.6.3: id, version, and where the next one begins. */
  private list(): [number, Register][] {
    const { Ats, PageRequests, Pasid } = ExtendedCapability;
    const { ats, pageRequests, pasidBits } = this.options;
    const present = [
      ...(ats ? [[ATS_AT, Ats] as const] : []),
      ...(pageRequests ? [[PAGE_REQUESTS_AT, PageRequests] as const] : []),
      ...(pasidBits > 0 ? [[this.pasidAt, Pasid] as const] : []),
    ];
    return present.flatMap(([at, id], index): [number, Register][] => {
      const [next = 0] = present[index + 1] ?? [];
      return [
        [at, { read: () => id }],
        [at + 2, { read: () => VERSION | (next << 4) }],
      ];
    });
  }

  private get pasidAt(): number {
    return this.options.ats ? PASID_AT : EXTENDED_FIRST;
  }

  private ats(): [number, Register][] {
    return [
      [ATS_AT + ATS.capability, { read: () => ATS.PageAligned }],
      [
        ATS_AT + ATS.control,
        { read: () => this.atsControl, write: (value) => this.controlAts(value) },
      ],
    ];
  }

  private pasids(): [number, Register][] {
    const { Execute, Privileged, widthShift } = PASID;
    const capability = Execute | Privileged | (this.options.pasidBits << widthShift);
    return [
      [this.pasidAt + PASID.capability, { read: () => capability }],
      [
        this.pasidAt + PASID.control,
        { read: () => this.pasidControl, write: (value) => this.controlPasids(value) },
      ],
    ];
  }

  private pageRequests(pri: PageRequestInterface): [number, Register][] {
    const { control, status, capacity, allocation } = PAGE_REQUESTS;
    const at = PAGE_REQUESTS_AT;
    return [
      [
        at + control,
        { read: () => pri.control, write: (value) => this.controlRequests(pri, value) },
      ],
      [at + status, { read: () => pri.status, write: (value) => void (pri.status = value) }],
      [at + capacity, { read: () => pri.capacity }],
      [
        at + allocation,
        { read: () => pri.allocation, write: (value) => void (pri.allocation = value) },
      ],
    ];
  }

  /** It begins without any translation. */
  protected controlAts(value: number): void {
    const changes = ((this.atsControl ^ value) & ATS.Enable) !== 0;
    if (changes) this.options.onAtsChange();
    this.atsControl = value & (ATS.Enable | ATS.SmallestUnit);
  }

  protected controlPasids(value: number): void {
    if (this.isAtsEnabled) return;
    this.pasidControl = value & (PASID.Enable | PASID.Execute | PASID.Privileged);
  }

  protected controlRequests(pri: PageRequestInterface, value: number): void {
    const isAsked = (value & PAGE_REQUESTS.Enable) !== 0;
    pri.control = isAsked && !this.isAtsEnabled ? value & ~PAGE_REQUESTS.Enable : value;
  }
}
