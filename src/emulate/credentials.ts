import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

import type { CapabilityName, Task } from '#reference/kernel/fs/process.ts';

/** linux/capability.h */
const bits: Readonly<Record<CapabilityName, bigint>> = {
  DAC_OVERRIDE: 1n,
  IPC_LOCK: 14n,
  SYS_RAWIO: 17n,
  SYS_ADMIN: 21n,
  SYS_RESOURCE: 24n,
};
const names = Object.keys(bits) as CapabilityName[];

const RLIM_INFINITY = (1n << 64n) - 1n;

/**
 * Who a program is: `root`, with every capability but those that it drops, whoever started it; or who it really is. How much
 * it may lock: as much as its RLIMIT_MEMLOCK says, or as much as it likes.
 */
export interface Rules {
  readonly user: 'root' | 'real';
  readonly memlock: 'real' | 'unlimited';
}

/** The effective set in the text of /proc/PID/status. */
export function effectiveCapabilities(status: string): bigint {
  const [, digits = '0'] = /^CapEff:\s+([0-9a-f]+)/m.exec(status) ?? [];
  return BigInt(`0x${digits}`);
}

/** `own`: what the server may do, and with it whoever it starts. What a program lacks of these it has dropped. */
export function capabilitiesOf(
  effective: bigint,
  { user, own }: { readonly user: Rules['user']; readonly own: bigint },
): ReadonlySet<CapabilityName> {
  const has = (name: CapabilityName): boolean => {
    const isHeld = ((effective >> bits[name]) & 1n) === 1n;
    return isHeld || (user === 'root' && ((own >> bits[name]) & 1n) === 0n);
  };
  return new Set(names.filter(has));
}

/** The soft limit in the text of /proc/PID/limits; bytes. */
export function lockedMemoryLimit(limits: string): bigint {
  const [, soft = 'unlimited'] = /^Max locked memory\s+(\S+)/m.exec(limits) ?? [];
  return soft === 'unlimited' ? RLIM_INFINITY : BigInt(soft);
}

function textOf(pid: number | 'self', name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

const own = effectiveCapabilities(textOf('self', 'status'));

/** Longer than /proc/PID/status is. */
const ROOM = 8192;

/** A file of a process that is read over and over: it is opened once. Empty where the process is gone. */
class ProcessText {
  private readonly path: string;
  private readonly bytes = Buffer.alloc(ROOM);
  private fd: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  read(): string {
    try {
      this.fd ??= openSync(this.path, 'r');
      return this.bytes.toString('utf8', 0, readSync(this.fd, this.bytes, 0, ROOM, 0));
    } catch {
      return '';
    }
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

/** What the reference asks of a process, looked up when it asks: the process changes it by calls that are not ours. */
export class Credentials {
  private readonly pid: number;
  private readonly rules: Rules;
  private readonly statusFile: ProcessText;
  private known: ReadonlySet<CapabilityName> | undefined;

  constructor(pid: number, rules: Rules) {
    this.pid = pid;
    this.rules = rules;
    this.statusFile = new ProcessText(`/proc/${pid}/status`);
  }

  /** A call begins: what is known may be old. */
  enter(): void {
    this.known = undefined;
  }

  get capabilities(): ReadonlySet<CapabilityName> {
    const { user } = this.rules;
    this.known ??= capabilitiesOf(effectiveCapabilities(this.status), { user, own });
    return this.known;
  }

  /** The kernel of the host says for itself when there are too many files. */
  get limits(): Task['limits'] {
    const { memlock } = this.rules;
    const limit =
      memlock === 'real' ? lockedMemoryLimit(textOf(this.pid, 'limits')) : RLIM_INFINITY;
    return { memlock: limit, nofile: RLIM_INFINITY };
  }

  /** /proc/PID/status, as the host's kernel has it. */
  get status(): string {
    return this.statusFile.read();
  }

  /** The process is gone. */
  close(): void {
    this.statusFile.close();
  }
}
