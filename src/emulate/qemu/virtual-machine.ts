import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

import { temporaryFolder } from '#ending/temporary-folder.ts';

import type { Emulation } from '../emulation.ts';
import { Monitor } from './monitor.ts';

/** How QEMU reaches the device: by its group and a container, or by its character device and iommufd. */
export type Backend = 'legacy' | 'iommufd';

export type Board = 'plain' | 'q35' | 'vt-d';

export interface VirtualMachineOptions {
  readonly emulation: Emulation;
  /** QEMU, and its first arguments. */
  readonly command: readonly [string, ...string[]];
  readonly backend: Backend;
  readonly board: Board;
  /** 0000:00:10.0; one of them twice is twice the same device. */
  readonly addresses: readonly string[];
  /** A path. */
  readonly guest: string;
  /** The guest does not run. */
  readonly isPaused?: boolean;
}

const MEBIBYTES = 64;
const LOOK_MS = 20;

/** `plain` has a bus whose slots can be emptied; `vt-d` an IOMMU whose tables the guest writes. */
const boards: Readonly<Record<Board, readonly string[]>> = {
  plain: ['-machine', 'pc'],
  q35: ['-machine', 'q35,sata=off'],
  'vt-d': ['-machine', 'q35,sata=off', '-device', 'intel-iommu,caching-mode=on'],
};

/** As a manager of virtual machines starts it. */
const sandbox = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

/** What `-device` is told of one. */
export function deviceOption(backend: Backend, address: string): string {
  const device = `vfio-pci,host=${address}`;
  return backend === 'legacy' ? device : `${device},iommufd=iommufd0`;
}

/** They are edu, edu1, edu2, … */
function deviceArguments(backend: Backend, addresses: readonly string[]): readonly string[] {
  const devices = addresses.flatMap((address, at) => [
    '-device',
    `${deviceOption(backend, address)},id=edu${at || ''}`,
  ]);
  return backend === 'legacy' ? devices : ['-object', 'iommufd,id=iommufd0', ...devices];
}

/** A QEMU with devices of the reference, and the guest in it. */
export class VirtualMachine {
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly socket: string;
  private readonly lines: string[] = [];
  private complaints = '';
  private monitor: Monitor | undefined;
  private code: number | undefined;

  constructor(options: VirtualMachineOptions) {
    const { emulation, command, backend, board, addresses, guest, isPaused = false } = options;
    this.socket = join(mkdtempSync(join(temporaryFolder(), 'qemu-')), 'monitor');
    const [program, ...first] = command;
    const args = [
      ...first,
      ...boards[board],
      ...['-accel', 'tcg', '-m', `${MEBIBYTES}`, '-nodefaults', '-no-user-config'],
      ...['-display', 'none', '-serial', 'stdio', '-sandbox', sandbox],
      ...['-qmp', `unix:${this.socket},server=on,wait=off`, '-kernel', guest],
      ...deviceArguments(backend, addresses),
      ...(isPaused ? ['-S'] : []),
    ];
    this.child = emulation.start(program, args, ['ignore', 'pipe', 'pipe']);
    this.pid = this.child.pid ?? 0;
    const { stdout, stderr } = this.child;
    if (stdout) createInterface(stdout).on('line', (line) => this.lines.push(line));
    stderr?.on('data', (text: Buffer) => (this.complaints += text.toString()));
    this.child.once('error', (error) => (this.complaints += error.message));
    this.child.once('close', (code, signal) => (this.code = code ?? (signal ? 128 : 1)));
  }

  /** What the guest has said since the last look. */
  said(): readonly string[] {
    return this.lines.splice(0);
  }

  /** What QEMU has said on stderr. */
  get stderr(): string {
    return this.complaints;
  }

  /** Waits until the guest says that. Throws where QEMU ends before, or it takes longer. */
  async untilSaid(line: string, signal: AbortSignal): Promise<void> {
    await this.until(() => this.lines.includes(line), `the guest says "${line}"`, signal);
  }

  async ask(
    signal: AbortSignal,
    command: string,
    args: Readonly<Record<string, unknown>> = {},
  ): Promise<unknown> {
    this.monitor ??= await Monitor.connect(this.socket, signal);
    return this.monitor.ask(command, args);
  }

  async untilTold(event: string, signal: AbortSignal): Promise<void> {
    await this.until(() => this.monitor?.hasSeen(event) ?? false, `QEMU tells ${event}`, signal);
  }

  /** By its own exit: the code. */
  async quit(signal: AbortSignal): Promise<number> {
    // It may be gone before it answers.
    void this.ask(signal, 'quit').catch(() => undefined);
    return this.ended(signal);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  async ended(signal: AbortSignal): Promise<number> {
    while (this.code === undefined) await setTimeout(LOOK_MS, undefined, { signal });
    this.monitor?.close();
    return this.code;
  }

  private async until(holds: () => boolean, what: string, signal: AbortSignal): Promise<void> {
    while (!holds()) {
      const why =
        this.code === undefined
          ? signal.aborted && 'it takes too long'
          : `QEMU ended with ${this.code}`;
      if (why) throw new Error(`waiting until ${what}: ${why}`);
      await setTimeout(LOOK_MS);
    }
  }
}
