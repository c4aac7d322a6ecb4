import { INTERRUPT_MESSAGES } from '#formats/interrupts.ts';

/** What software has put behind an interrupt: was it of its device? */
export type InterruptHandler = () => boolean;

/** A write that is an interrupt: where it goes, and the 32 bits that are written. */
export interface InterruptMessage {
  readonly address: bigint;
  readonly data: number;
}

/** Who pulls at a line. */
type Source = object;

/** PIRQs of a board: devices share its lines. */
const LINES = 4;
/** VT-d, 5.1.2.2: where in the address the number of an entry is, and that the data has a number to add to it. */
const HANDLE_SHIFT = 5n;
const REMAPPABLE_WITH_SUBHANDLE = 0x18n;
const HANDLES = 1 << 15;
/** How often a line is served that nobody lets go. */
const STORM = 16;

/**
 * Lines that devices pull, and messages that they write, on their way to a processor. Lines are levels: a handler is called
 * when a line is pulled, and again as long as it is and some handler says that it was meant.
 */
export class InterruptController {
  /** Messages are translated on their way, so that a driver has to be told another address. */
  readonly isBehindIommu: boolean = false;
  protected readonly pulled = new Map<number, Set<Source>>();
  protected readonly handlers = new Map<number, Set<InterruptHandler>>();
  /** Lines with a handler that shares them with no other. */
  protected readonly exclusive = new Set<number>();
  protected readonly entries = new Map<number, InterruptHandler>();
  protected free = 0;

  /** The line of a device's pin: which one follows from the slot that the device is in. */
  lineOf(slot: number): number {
    return slot % LINES;
  }

  /** Whoever is on a line shares it, or is alone there. */
  mayConnect(line: number, isAlone: boolean): boolean {
    if (this.exclusive.has(line)) return false;
    return !isAlone || (this.handlers.get(line)?.size ?? 0) === 0;
  }

  /** Returns what takes the handler away. */
  connect(line: number, handler: InterruptHandler, isAlone = false): () => void {
    const handlers = this.handlers.get(line) ?? new Set();
    this.handlers.set(line, handlers.add(handler));
    if (isAlone) this.exclusive.add(line);
    this.serve(line);
    return () => {
      handlers.delete(handler);
      if (isAlone) this.exclusive.delete(line);
    };
  }

  pull(line: number, source: Source, level: boolean): void {
    const sources = this.pulled.get(line) ?? new Set();
    this.pulled.set(line, sources);
    if (!level) sources.delete(source);
    else if (!sources.has(source)) {
      sources.add(source);
      this.serve(line);
    }
  }

  /** So many entries that lie behind each other, without a handler. Returns the message of the first one. */
  allocate(count: number): InterruptMessage {
    const handle = this.take(count, HANDLES);
    const place = (BigInt(handle) << HANDLE_SHIFT) | REMAPPABLE_WITH_SUBHANDLE;
    return { address: INTERRUPT_MESSAGES.first | place, data: 0 };
  }

  /** Undefined takes the handler away. */
  handle(message: InterruptMessage, handler: InterruptHandler | undefined): void {
    if (handler) this.entries.set(this.indexOf(message), handler);
    else this.entries.delete(this.indexOf(message));
  }

  /** A device has written: false where that is no interrupt. One that nobody waits for is dropped. */
  receive(message: InterruptMessage): boolean {
    const { address } = message;
    const isInterrupt = INTERRUPT_MESSAGES.first <= address && address <= INTERRUPT_MESSAGES.last;
    if (!isInterrupt || address % 4n !== 0n) return false;
    this.ring(message);
    return true;
  }

  protected ring(message: InterruptMessage): void {
    this.entries.get(this.indexOf(message))?.();
  }

  /** The first of so many numbers below `limit`, aligned to the power of two that holds them. */
  protected take(count: number, limit: number): number {
    const size = 2 ** Math.ceil(Math.log2(count));
    const first = (Math.ceil(this.free / size) * size) % limit;
    this.free = first + size;
    return first;
  }

  protected indexOf({ address, data }: InterruptMessage): number {
    return Number((address >> HANDLE_SHIFT) & BigInt(HANDLES - 1)) + (data & 0xffff);
  }

  /** As long as it is pulled, and one of its handlers says that it was meant. */
  serve(line: number): void {
    const isPulled = (): boolean => (this.pulled.get(line)?.size ?? 0) > 0;
    for (let times = 0; times < STORM && isPulled(); times += 1) {
      const answers = [...(this.handlers.get(line) ?? [])].map((handler) => handler());
      if (!answers.includes(true)) return;
    }
  }
}
