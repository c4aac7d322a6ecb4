import { readFileSync } from 'node:fs';

import type { Emulation } from '../emulation.ts';
import { callsOf } from './calls.ts';
import { farewell, guestProgram, sayings } from './guest.ts';
import { collapsed, difference, recordingOf } from './recordings.ts';
import { deviceOption, VirtualMachine } from './virtual-machine.ts';
import type { Backend, Board } from './virtual-machine.ts';

/** Milliseconds for one boot, whatever is done in it. */
const PATIENCE = 60_000;

/** A QEMU whose boots follow each other on one machine of the reference. */
export interface Booted {
  readonly emulation: Emulation;
  readonly command: readonly [string, ...string[]];
  /** `7.2` */
  readonly version: string;
  readonly backend: Backend;
  /** A path: what the emulation writes its trace to. */
  readonly trace: string;
  /** Of two devices, each alone in its group. */
  readonly addresses: readonly [string, string];
}

/** What is done in a boot. Returns what was not as it should be, in a sentence each. */
type Life = (machine: VirtualMachine, booted: Booted, signal: AbortSignal) => Promise<string[]>;

interface Boot {
  readonly what: string;
  readonly board: Board;
  readonly live: Life;
  /** Which of the two devices it has; the first alone where nothing is said. */
  readonly devices?: readonly (0 | 1)[];
  readonly isPaused?: boolean;
}

async function toTheEnd(
  machine: VirtualMachine,
  board: 'plain' | 'vt-d',
  signal: AbortSignal,
): Promise<string[]> {
  await machine.untilSaid('end', signal);
  const [said, expected] = [machine.said(), sayings[board]];
  return said.join('\n') === expected.join('\n')
    ? []
    : [`the guest said: ${said.join('; ')}. Expected: ${expected.join('; ')}`];
}

async function quit(machine: VirtualMachine, signal: AbortSignal): Promise<string[]> {
  const code = await machine.quit(signal);
  return code === 0 ? [] : [`QEMU ended with ${code}; expected 0: ${machine.stderr}`];
}

/** What QEMU calls when it gives up its only device, by the names of the calls. */
const farewells: Readonly<Record<Backend, string>> = {
  legacy: 'close device, IOMMU_UNMAP_DMA, GROUP_UNSET_CONTAINER, close vfio/vfio, close vfio/N',
  iommufd:
    'DEVICE_DETACH_IOMMUFD_PT, DESTROY, IOAS_UNMAP, DESTROY, close iommu, close vfio/devices/vfioN',
};

function withoutRepeats(names: readonly string[]): readonly string[] {
  return names.filter((name, at) => name !== names[at - 1]);
}

function nameOf(line: string): string {
  return line.startsWith('close') ? line : (line.split(' ')[0] ?? '');
}

function unplugged(calls: readonly string[], backend: Backend): string[] {
  const from = calls.findLastIndex((line) => line.startsWith('DEVICE_SET_IRQS')) + 1;
  const names = withoutRepeats(calls.slice(from).map(nameOf)).join(', ');
  const expected = farewells[backend];
  return names === expected ? [] : [`at the unplug QEMU called ${names}. Expected: ${expected}`];
}

function callsOfBoot({ trace }: Booted, pid: number): readonly string[] {
  const own = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${pid} `));
  return collapsed(callsOf(own.join('\n')));
}

/** DMA, interrupts, a reset of the machine, unplug, and the same device once more. */
const everything: Life = async (machine, booted, signal) => {
  const first = await toTheEnd(machine, 'plain', signal);
  await machine.ask(signal, 'system_reset');
  const second = await toTheEnd(machine, 'plain', signal);
  await machine.ask(signal, 'device_del', { id: 'edu' });
  await machine.untilSaid(farewell, signal);
  await machine.untilTold('DEVICE_DELETED', signal);
  const { backend, addresses } = booted;
  const gone = unplugged(callsOfBoot(booted, machine.pid), backend);
  const files = booted.emulation.openFiles;
  const option = deviceOption(backend, addresses[0]);
  await machine.ask(signal, 'human-monitor-command', { 'command-line': `device_add ${option}` });
  const again = booted.emulation.openFiles > files ? [] : ['the device could not be plugged again'];
  return [...first, ...second, ...gone, ...again, ...(await quit(machine, signal))];
};

/** Where that QEMU was recorded on Linux: what it calls here is compared. */
function compared(booted: Booted, machine: VirtualMachine, suffix = ''): string[] {
  const recorded = recordingOf(`${booted.backend}-${booted.version}${suffix}`);
  const other = recorded && difference(recorded, callsOfBoot(booted, machine.pid));
  return other === undefined ? [] : [other];
}

/** The guest's own tables, and each call of QEMU beside what it was on Linux. QEMU ends without undoing anything. */
const translated: Life = async (machine, booted, signal) => {
  const wrong = await toTheEnd(machine, 'vt-d', signal);
  wrong.push(...(await quit(machine, signal)));
  return [...wrong, ...compared(booted, machine)];
};

const twoDevices: Life = async (machine, booted, signal) => {
  const wrong = await quit(machine, signal);
  return [...wrong, ...compared(booted, machine, '-two-devices')];
};

const sameTwice: Life = async (machine, booted, signal) => {
  const code = await machine.ended(signal);
  const wrong = code === 1 ? [] : [`QEMU ended with ${code}; expected 1: ${machine.stderr}`];
  return [...wrong, ...compared(booted, machine, '-same-device-twice')];
};

const plain: Life = async (machine, _, signal) => {
  const wrong = await toTheEnd(machine, 'plain', signal);
  return [...wrong, ...(await quit(machine, signal))];
};

const killed: Life = async (machine, _, signal) => {
  await machine.untilSaid('MSI: as it should be', signal);
  machine.kill();
  await machine.ended(signal);
  return [];
};

/** The first `count`: after those that have something to show, as many as are left run to their end. */
export function bootsOf(count: number): readonly Boot[] {
  const first: readonly Boot[] = [
    { what: 'DMA, interrupts, reset, unplug and plug', board: 'plain', live: everything },
    { what: 'tables of the guest, call by call as on Linux', board: 'vt-d', live: translated },
    { what: 'killed while it runs', board: 'plain', live: killed },
    {
      what: 'two devices, call by call as on Linux',
      ...{ board: 'q35', live: twoDevices, devices: [0, 1], isPaused: true },
    },
    {
      what: 'the same device twice, call by call as on Linux',
      ...{ board: 'q35', live: sameTwice, devices: [0, 0], isPaused: true },
    },
  ];
  const others = Array<Boot>(Math.max(0, count - first.length));
  const rest = others.fill({ what: 'to its end', board: 'plain', live: plain });
  return [...first, ...rest].slice(0, count);
}

/** What is there of it once QEMU has ended: nothing should be. */
async function leftovers({ emulation }: Booted, signal: AbortSignal): Promise<string[]> {
  while (emulation.openFiles > 0 && !signal.aborted) await new Promise(setImmediate);
  const { openFiles, pinnedPages } = emulation;
  const wrong = openFiles === 0 ? [] : [`${openFiles} files are still open`];
  return pinnedPages === 0 ? wrong : [...wrong, `${pinnedPages} pages are still pinned`];
}

/** What was not as it should be, in a sentence each; nothing where all was. */
export async function boot(
  booted: Booted,
  { board, live, devices = [0], isPaused = false }: Boot,
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(PATIENCE);
  const guest = await guestProgram();
  const addresses = devices.map((which) => booted.addresses[which]);
  const machine = new VirtualMachine({ ...booted, board, addresses, guest, isPaused });
  try {
    const wrong = await live(machine, booted, signal);
    return [...wrong, ...(await leftovers(booted, signal))];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [`${why}; QEMU said: ${machine.stderr.trim() || 'nothing'}`];
  } finally {
    machine.kill();
  }
}
