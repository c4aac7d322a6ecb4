import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

import { boot, describedMachine } from '#adapters/reference/boot.ts';
import { removeIfKilled } from '#ending/guardian.ts';
import { temporaryFolder } from '#ending/temporary-folder.ts';
import type { MachineDevice, PlugOptions } from '#reference/machine/machine-hardware.ts';
import type { Machine } from '#reference/machine/machine.ts';
import type { Parts } from '#reference/machine/parts.ts';
import { nodesOf } from '#reference/kernel/vfio/vfio-main.ts';

import type { CallObserver } from './calls.ts';
import type { Rules } from './credentials.ts';
import { Eventfds } from './eventfds.ts';
import { eventfdKeeper, preloadLibrary } from './native.ts';
import { PlannedFault } from './planned-fault.ts';
import { demandSuitable, findProgram } from './program.ts';
import { EmulationServer } from './server.ts';
import { CallTrace } from './trace.ts';
import { View } from './view.ts';

/**
 * What can be added to a machine. `edu`: QEMU's teaching device; `ioat`: the copy engine of Intel's Xeons, which Linux's own
 * tests have a driver for.
 */
export const deviceKinds = ['edu', 'ioat'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

const plugOptions: Readonly<Record<DeviceKind, PlugOptions>> = {
  edu: {},
  ioat: { copyEngine: true, msixVectors: 1, errorReporting: true },
};

export interface EmulationOptions {
  /** A machine of the reference, by its name. */
  readonly machine: string;
  readonly parts: Parts;
  /** Beside those that the machine has. */
  readonly devices: readonly DeviceKind[];
  /** Seed of the order in which memory is given out. */
  readonly layout: number;
  readonly rules: Rules;
  /** The fd of a file that each call is written to. */
  readonly trace?: number;
  /** Which allocation of the kernel fails, of all that calls make; from 1. */
  readonly fail?: number;
  /** Told of each call. */
  readonly observer?: CallObserver;
  readonly complain: (what: string) => void;
}

/** A device as a program finds it. */
export interface EmulatedDevice {
  /** 0000:00:10.0 */
  readonly address: string;
  /** Paths below /dev. */
  readonly cdev: string;
  readonly group: string;
}

interface Started {
  readonly machine: Machine;
  readonly server: EmulationServer;
  readonly fault: PlannedFault | undefined;
  readonly eventfds: Eventfds;
  readonly environment: Readonly<Record<string, string>>;
}

/** A machine of the reference that programs of this host run on. */
export class Emulation {
  readonly devices: readonly EmulatedDevice[];
  private readonly server: EmulationServer;
  private readonly fault: PlannedFault | undefined;
  private readonly eventfds: Eventfds;
  private readonly environment: Readonly<Record<string, string>>;

  private constructor({ machine, server, fault, eventfds, environment }: Started) {
    this.devices = machine.hardware.devices.map(described);
    this.server = server;
    this.fault = fault;
    this.eventfds = eventfds;
    this.environment = environment;
  }

  /** Throws LabError where there is no compiler, and Error for a machine that there is not. */
  static async start(options: EmulationOptions): Promise<Emulation> {
    const { parts, layout, rules, complain } = options;
    const { machine } = await boot(describedMachine(options.machine), parts, layout);
    for (const kind of options.devices) machine.hardware.plug(plugOptions[kind]);
    const [library, keeper] = await Promise.all([preloadLibrary(), eventfdKeeper()]);
    const folder = temporaryFolder();
    removeIfKilled(folder);
    const [path, pipes, preload] = ['socket', 'eventfds', 'emulate.so'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    mkdirSync(pipes);
    // Its own name may have what separates names in LD_PRELOAD.
    symlinkSync(library, preload);
    const view = new View(join(folder, 'view'), machine);
    const eventfds = await Eventfds.start(keeper, pipes);
    const fault = plannedFault(options, machine);
    const observers = [...observersOf(options), ...(fault ? [fault] : [])];
    const server = await EmulationServer.listen({
      ...{ machine, view, rules, eventfds, path, observers, fault, complain },
    });
    const environment = {
      LD_PRELOAD: preload,
      IOMMUFD_EMULATE_SOCKET: path,
      IOMMUFD_EMULATE_VIEW: view.folder,
    };
    return new Emulation({ machine, server, fault, eventfds, environment });
  }

  /** How many files of the machine programs have open. */
  get openFiles(): number {
    return this.server.openFiles;
  }

  /** The reference broke a rule of its own: what programs saw proves nothing. */
  get hasBroken(): boolean {
    return this.server.hasBroken;
  }

  /** How many pages of programs are pinned. */
  get pinnedPages(): number {
    return this.server.pinnedPages;
  }

  /** Starts a program. Throws Unsuitable. */
  start(name: string, args: readonly string[], stdio: StdioOptions): ChildProcess {
    const program = findProgram(name);
    demandSuitable(program);
    return spawn(program, args, {
      stdio,
      argv0: name,
      env: { ...process.env, ...this.environment, ...this.preloads() },
    });
  }

  /** Runs a program to its end, on this terminal. Its exit code as shells have it. Throws Unsuitable. */
  async run(name: string, args: readonly string[]): Promise<number> {
    const child = this.start(name, args, 'inherit');
    const passOn = (signal: NodeJS.Signals): void => void child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, passOn);
    try {
      return await new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code, signal) =>
          resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
        );
      });
    } finally {
      this.fault?.conclude();
      for (const signal of signals) process.off(signal, passOn);
    }
  }

  stop(): void {
    this.server.close();
    this.eventfds.stop();
  }

  /** Ours comes first; what the user wanted to be there comes as well. */
  private preloads(): Record<string, string> {
    const theirs = process.env['LD_PRELOAD'];
    const ours = this.environment['LD_PRELOAD'] ?? '';
    return { LD_PRELOAD: theirs ? `${ours}:${theirs}` : ours };
  }
}

function plannedFault(
  { fail, complain }: EmulationOptions,
  { kernel }: Machine,
): PlannedFault | undefined {
  return fail === undefined ? undefined : new PlannedFault(fail, kernel.faults, complain);
}

function observersOf({ trace, observer }: EmulationOptions): CallObserver[] {
  return [
    ...(trace === undefined ? [] : [new CallTrace(trace)]),
    ...(observer === undefined ? [] : [observer]),
  ];
}

function described(device: MachineDevice): EmulatedDevice {
  const { device: cdev, group } = nodesOf(device);
  return { address: device.name, cdev, group };
}
