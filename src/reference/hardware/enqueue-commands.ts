import {
  COMMAND_SIZE,
  decodeCommandHead,
  encodeCommandHead,
  ExitReason,
  pasidOfMsr,
} from '#formats/x86/pasid.ts';

import type { MemoryBus } from './bus.ts';
import { translatePasid } from './guest-pasids.ts';
import type { GuestPasids } from './guest-pasids.ts';

/** Where commands go: the register of a device that takes them by deferrable writes. */
export interface Portal {
  /** Exactly 64 bytes; false where the device has no room, or does not know such writes. */
  deferrableWrite(command: Uint8Array): boolean;
}

/** What runs on a processor when it executes ENQCMD or ENQCMDS. */
export interface Thread {
  /** 0 to 3. */
  readonly privilegeLevel: number;
  /** IA32_PASID */
  readonly pasidMsr: bigint;
  /** Of a guest. */
  readonly guest?: GuestPasids;
}

export interface Enqueue {
  readonly instruction: 'ENQCMD' | 'ENQCMDS';
  /** 64 bytes in memory. */
  readonly source: Uint8Array;
  /** The destination's address; a multiple of 64. */
  readonly destination: bigint;
}

/** ZF says that the device is to be tried again; else a fault, or the guest is left. */
export type Enqueued =
  | { readonly zf: boolean }
  | { readonly fault: '#GP' }
  | { readonly exit: number; readonly pasid: number };

const GENERAL_PROTECTION = { fault: '#GP' } as const;

/** ENQCMD and ENQCMDS: stores of 64 bytes that carry a PASID and come back with an answer. HW-ENQ-02 */
export class EnqueueCommands {
  private readonly memory: MemoryBus;
  private readonly portalAt: (address: bigint) => Portal | undefined;

  constructor(memory: MemoryBus, portalAt: (address: bigint) => Portal | undefined) {
    this.memory = memory;
    this.portalAt = portalAt;
  }

  execute({ instruction, source, destination }: Enqueue, thread: Thread): Enqueued {
    if (destination % BigInt(COMMAND_SIZE) !== 0n) return GENERAL_PROTECTION;
    const isSupervisors = instruction === 'ENQCMDS';
    if (isSupervisors && thread.privilegeLevel > 0) return GENERAL_PROTECTION;
    const { getUint32 } = DataView.prototype;
    const head = getUint32.call(new DataView(source.buffer, source.byteOffset), 0, true);
    const wanted = isSupervisors ? decodeCommandHead(head) : ofThread(head, thread);
    if (!wanted) return GENERAL_PROTECTION;
    const pasid = translatePasid(this.memory, thread.guest, wanted.pasid);
    const exit = isSupervisors ? ExitReason.Enqcmds : ExitReason.Enqcmd;
    if (pasid === undefined) return { exit, pasid: wanted.pasid };
    const command = source.slice(0, COMMAND_SIZE);
    new DataView(command.buffer).setUint32(0, encodeCommandHead(pasid, wanted.privileged), true);
    return { zf: !this.portalAt(destination)?.deferrableWrite(command) };
  }
}

/** A user says nothing about the PASID: it is that of the thread. HW-ENQ-01 06 */
function ofThread(
  head: number,
  { pasidMsr }: Thread,
): { readonly pasid: number; readonly privileged: boolean } | undefined {
  const pasid = pasidOfMsr(pasidMsr);
  return head !== 0 || pasid === undefined ? undefined : { pasid, privileged: false };
}
