import { byId, families } from '#conformance/requirements/index.ts';
import type { Requirement } from '#conformance/requirement.ts';
import { commandOf, loadStruct } from '#emulate/calls.ts';
import type { Caller, CallObserver, Fields } from '#emulate/calls.ts';
import type { Answer, Request } from '#emulate/messages.ts';
import { errnoName, errnoNumbers } from '#uapi/errno.ts';
import { iommufdCommands } from '#uapi/iommufd/index.ts';
import { hex } from '#uapi/strace.ts';
import { containerCommands, deviceCommands, groupCommands } from '#uapi/vfio/index.ts';

import type { Executed } from './executed.ts';

/** What a program has called, and what of it. */
export interface CallSummary {
  /** `IOMMU_IOAS_MAP`, `openat /dev/vfio`, `pwrite64`. */
  readonly name: string;
  readonly calls: number;
  /** How often each: `ok`, or the name of an errno. */
  readonly results: Readonly<Record<string, number>>;
  /** Fields of the struct that were not 0 in a call. */
  readonly fields: readonly string[];
  /** Values of its flags, as far as there is room. */
  readonly flags: readonly string[];
  /** Ids of requirements that such calls touched. */
  readonly requirements: readonly string[];
}

export interface ClientSummary {
  readonly format: 'iommufd-conformance: what a program touched, 1';
  readonly calls: readonly CallSummary[];
  /** Requirements touched between calls: by devices, interrupts and at the end of a process. */
  readonly beside: readonly string[];
  /** How many of each family, of how many; those of which none was touched are left out. */
  readonly families: Readonly<Record<string, { readonly touched: number; readonly of: number }>>;
  /** Commands of the headers that were not called. */
  readonly notCalled: readonly string[];
}

/** Of the values of a field of flags that are kept. */
const MOST_FLAGS = 16;
/** So many calls of a name are looked at one by one, and then every one whose number is a power of two. */
const LOOKED_AT = 40;

const errnoNames: ReadonlySet<string> = new Set(Object.keys(errnoNumbers));
const headers = [...iommufdCommands, ...containerCommands, ...groupCommands, ...deviceCommands];

class Called {
  calls = 0;
  readonly results = new Map<string, number>();
  readonly fields = new Set<string>();
  readonly flags = new Set<string>();
  readonly requirements = new Set<string>();

  /** The call that begins. */
  get isLookedAt(): boolean {
    const nth = this.calls + 1;
    return nth <= LOOKED_AT || Number.isInteger(Math.log2(nth));
  }

  note(fields: Fields): void {
    for (const [name, value] of Object.entries(fields)) {
      if (name === 'size' || name === 'argsz' || !isSomething(value)) continue;
      this.fields.add(name);
      if (name.endsWith('flags') && this.flags.size < MOST_FLAGS)
        this.flags.add(hex(Number(value)));
    }
  }

  add(result: string): void {
    this.calls += 1;
    this.results.set(result, (this.results.get(result) ?? 0) + 1);
  }
}

/**
 * Coverage of the uAPI by a program: which commands it calls, with what, and which requirements these calls touch: those
 * whose function in the reference was executed, and whose errno, where the sentence names one, was the answer. To touch
 * is not to test: whether the program looks at what it gets nobody knows.
 */
export class ClientReport implements CallObserver {
  private readonly executed: Pick<Executed, 'take'>;
  private readonly called = new Map<string, Called>();
  private readonly beside = new Set<string>();

  constructor(executed: Pick<Executed, 'take'>) {
    this.executed = executed;
  }

  begin(request: Request, caller: Caller): (answer: Answer) => void {
    const name = nameOf(request, caller);
    if (name === undefined) return () => undefined;
    const called = this.called.get(name) ?? new Called();
    const fields = fieldsOf(request, caller);
    const { isLookedAt } = called;
    if (isLookedAt) this.lookAside();
    // A call that is to be made once more, with memory that is a file then, is not told.
    return ({ result }) => {
      const ended = result < 0 ? errnoName(Number(result)) : 'ok';
      this.called.set(name, called);
      called.note(fields);
      called.add(ended);
      if (!isLookedAt) return;
      for (const { id } of shownBy(this.executed.take(), ended)) called.requirements.add(id);
    };
  }

  /** Once the program has ended. */
  summary(): ClientSummary {
    this.lookAside();
    const calls = [...this.called].sort(([one], [other]) => (one < other ? -1 : 1));
    const inCalls = new Set(calls.flatMap(([, { requirements }]) => [...requirements]));
    const beside = [...this.beside].filter((id) => !inCalls.has(id));
    return {
      format: 'iommufd-conformance: what a program touched, 1',
      calls: calls.map(([name, called]) => summaryOf(name, called)),
      beside: inOrder(beside),
      families: perFamily(new Set([...inCalls, ...beside])),
      notCalled: headers.map(({ name }) => name).filter((name) => !this.called.has(name)),
    };
  }

  private lookAside(): void {
    for (const { id } of shownBy(this.executed.take(), 'ok')) this.beside.add(id);
  }
}

/** Undefined for what is no call of the program. */
function nameOf(
  { operation, arguments: [number], text }: Request,
  caller: Caller,
): string | undefined {
  switch (operation) {
    case 'OPEN':
      return `openat ${/^\/(dev\/iommu|dev\/vfio|sys|proc)/.exec(text)?.[0] ?? text}`;
    case 'IOCTL':
      return commandOf(Number(number), caller)?.name ?? `ioctl ${hex(number)}`;
    case 'READ':
      return 'read';
    case 'WRITE':
      return 'write';
    case 'PREAD':
      return 'pread64';
    case 'PWRITE':
      return 'pwrite64';
    case 'MMAP':
      return 'mmap';
    case 'LOAD':
      return 'load from registers';
    case 'STORE':
      return 'store to registers';
    default:
      return undefined;
  }
}

function fieldsOf({ operation, arguments: [number, address] }: Request, caller: Caller): Fields {
  const command = operation === 'IOCTL' ? commandOf(Number(number), caller) : undefined;
  const isKnown = command !== undefined && 'struct' in command;
  return (isKnown ? loadStruct(command, address, caller) : undefined) ?? {};
}

function isSomething(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isSomething);
  return value !== undefined && Number(value) !== 0;
}

/** A sentence that names errnos is about a call that ended with one of them; any other about one that did not fail. */
function shownBy(ids: Iterable<string>, ended: string): Requirement[] {
  return [...ids]
    .flatMap((id) => byId.get(id) ?? [])
    .filter(({ says }) => {
      const named = (says.match(/\bE[A-Z0-9]+\b/g) ?? []).filter((word) => errnoNames.has(word));
      return named.length > 0 ? named.includes(ended) : ended === 'ok';
    });
}

function summaryOf(name: string, called: Called): CallSummary {
  const { calls, results, fields, flags, requirements } = called;
  return {
    name,
    calls,
    results: Object.fromEntries(results),
    fields: [...fields],
    flags: [...flags],
    requirements: inOrder(requirements),
  };
}

function inOrder(ids: Iterable<string>): string[] {
  const wanted = new Set(ids);
  return [...byId.keys()].filter((id) => wanted.has(id));
}

function perFamily(touched: ReadonlySet<string>): ClientSummary['families'] {
  const counts = families.map(({ family, requirements }) => {
    const count = requirements.filter(({ id }) => touched.has(id)).length;
    return [family, { touched: count, of: requirements.length }] as const;
  });
  return Object.fromEntries(counts.filter(([, { touched: count }]) => count > 0));
}
