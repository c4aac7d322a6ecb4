import { readFile, writeFile } from 'node:fs/promises';

import { cached } from '#lab/cache.ts';
import { consoleNode, folder, initramfs, program } from '#lab/initramfs.ts';
import { kernelRelease } from '#lab/kernel-image.ts';
import { chooseKernel } from '#lab/kernels.ts';
import { agentArguments, eduGroups, qemuArguments } from '#lab/qemu.ts';
import type { Hardware } from '#lab/qemu.ts';
import { demandTools, LabError } from '#lab/tools.ts';
import type { Bench } from '#port/bench.ts';
import type {
  Implementation,
  Machine,
  MachineDescription,
  StartOptions,
} from '#port/implementation.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import { spawnChild } from '../wire/child.ts';
import type { Child } from '../wire/child.ts';
import { connect } from '../wire/client.ts';
import { greet, startMachine } from '../wire/machine.ts';
import { compiledAgent } from './compile.ts';
import { KernelConsole } from './console.ts';
import { EduBench } from './devices/edu.ts';
import { faultEvents, FaultLog, isFaultEvent } from './devices/fault-log.ts';
import { SelftestBench } from './devices/selftest.ts';
import { bindToVfioPci } from './devices/vfio-pci.ts';
import { declaredByUser, featuresOf, hardwareFeatures } from './features.ts';
import { Files } from './files.ts';
import { KernelMessages } from './kernel-messages.ts';
import { Scratch } from './scratch.ts';

/** The agent as the first process of a throw-away virtual machine: docs/linux.md. */
export const implementation: Implementation = { name: 'linux-vm', machines, start };

type Settings = StartOptions['settings'];

/** printk.devkmsg: a process may write to the console as often as it likes. */
const parameters = ['AGENT_HUGE_PAGES=16', 'printk.devkmsg=on'];

async function machines(settings: Settings): Promise<readonly MachineDescription[]> {
  const release = await kernelRelease(await chooseKernel(settings['kernel']));
  const byUser = declaredByUser(settings);
  return (['selftest', 'edu'] as const).map((name) => ({
    name,
    features: featuresOf(release, ['hugetlb', ...hardwareFeatures(name, release), ...byUser]),
  }));
}

/** The root file system: the agent and nothing else. */
async function rootOf(agent: string): Promise<string> {
  return cached(`${agent}.cpio`, async (path) => {
    const content = await readFile(agent);
    await writeFile(path, initramfs([folder('dev'), consoleNode, program('init', content)]));
  });
}

/** A boot under TCG on a busy machine; the first answer is what tells that it is over. */
const bootMs = 60_000;

interface Booted {
  readonly child: Child;
  readonly console: KernelConsole;
  readonly faults: FaultLog;
}

async function boot(hardware: Hardware, settings: Settings): Promise<Booted> {
  demandTools(['qemu-system-x86_64'], 'run a virtual machine');
  const kernel = await chooseKernel(settings['kernel']);
  const agent = await compiledAgent();
  const root = await rootOf(agent);
  const faults = new FaultLog();
  const machine = { kernel, initramfs: root, hardware, parameters };
  const traces = faultEvents.flatMap((event) => ['-trace', event]);
  const child = spawnChild({
    command: agent,
    args: ['bound', 'qemu-system-x86_64', ...qemuArguments(machine), ...agentArguments, ...traces],
    extraSockets: 1,
    onStderrLine: (line) => faults.add(line),
  });
  const [socket] = child.sockets;
  if (socket === undefined) throw new ImplementationBroken('QEMU has no console');
  return { child, console: new KernelConsole(socket), faults };
}

async function start({ machine, timeoutMs, settings }: StartOptions): Promise<Machine> {
  if (machine !== 'selftest' && machine !== 'edu')
    throw new LabError(`no machine "${machine}"; there are selftest, edu`);
  const booted = await boot(machine, settings);
  const { child, console } = booted;
  const client = connect({
    name: `linux-vm ${machine}`,
    input: child.stdout,
    output: child.stdin,
    timeoutMs,
    obituary: () => child.fate(),
    lastWords: () => [
      ...child.lastWords().filter((line) => !isFaultEvent(line)),
      ...console.tail(),
    ],
    onBroken: () => void child.stop(0),
  });
  const release = (): Promise<void> => child.stop(client.broken === undefined ? undefined : 0);
  try {
    await greet(client, settings, bootMs);
    const wired = await startMachine(client, { machine, timeoutMs, settings }, release);
    return await VirtualMachine.prepare(wired, booted, { hardware: machine, timeoutMs });
  } catch (error) {
    await release();
    throw error;
  }
}

async function benchOf(hardware: Hardware, files: Files, faults: FaultLog): Promise<Bench> {
  if (hardware === 'selftest') return new SelftestBench();
  const groups = [];
  for (const addresses of eduGroups) {
    const group = [];
    for (const address of addresses) group.push(await bindToVfioPci(files, address));
    groups.push(group);
  }
  return new EduBench(groups, faults);
}

/** What the wire does not bring: a bench that is ours, and the console. */
class VirtualMachine implements Machine {
  readonly bench: Bench;
  private readonly wired: Machine;
  private readonly console: KernelConsole;
  private readonly messages: KernelMessages;
  private readonly timeoutMs: number;
  private marks = 0;

  private constructor(
    wired: Machine,
    parts: Pick<VirtualMachine, 'bench'> & {
      readonly console: KernelConsole;
      readonly messages: KernelMessages;
      readonly timeoutMs: number;
    },
  ) {
    this.wired = wired;
    this.bench = parts.bench;
    this.console = parts.console;
    this.messages = parts.messages;
    this.timeoutMs = parts.timeoutMs;
  }

  static async prepare(
    wired: Machine,
    { console, faults }: Booted,
    { hardware, timeoutMs }: { readonly hardware: Hardware; readonly timeoutMs: number },
  ): Promise<VirtualMachine> {
    const scratch = await Scratch.of(await wired.newProcess());
    const bench = await benchOf(hardware, new Files(scratch), faults);
    const messages = await KernelMessages.open(scratch);
    return new VirtualMachine(wired, { bench, console, messages, timeoutMs });
  }

  get identity(): Machine['identity'] {
    return this.wired.identity;
  }

  newProcess(): ReturnType<Machine['newProcess']> {
    return this.wired.newProcess();
  }

  /** All that was printed before this call has arrived when a line that is printed now has. */
  async complaints(): Promise<readonly string[]> {
    const mark = `mark ${++this.marks}.`;
    const arrival = this.console.arrival(mark);
    await this.messages.print(mark);
    await this.within(arrival);
    return this.console.complaints();
  }

  private async within(arrival: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const tail = this.console.tail().join('\n  ');
      const error = new ImplementationBroken(`the console fell silent:\n  ${tail}`);
      timer = setTimeout(() => reject(error), this.timeoutMs);
    });
    try {
      await Promise.race([arrival, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): Promise<void> {
    return this.wired.stop();
  }
}
