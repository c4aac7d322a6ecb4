import { readFile, writeFile } from 'node:fs/promises';

import { cached } from '#lab/cache.ts';
import { emulatorOf, emulatorVersions } from '#lab/emulator.ts';
import {
  eduAloneOnBus,
  eduBehindBridge,
  eduGroupsOf,
  eduOnSharedBus,
  everyHardware,
  hardwareKinds,
  hardwareOf,
  hostDriven,
  hostDriver,
  isDrivenBy,
  isHardware,
  otherFunctions,
} from '#lab/hardware.ts';
import type { Hardware } from '#lab/hardware.ts';
import { consoleNode, folder, initramfs, program } from '#lab/initramfs.ts';
import { kernelImage, nestingMark } from '#lab/kernel-image.ts';
import type { AgentPort } from '#lab/kernel-image.ts';
import { chooseKernel } from '#lab/kernels.ts';
import { agentArguments, qemuArguments } from '#lab/qemu.ts';
import { LabError } from '#lab/tools.ts';
import type { Bench } from '#port/bench.ts';
import type {
  Implementation,
  Machine,
  MachineDescription,
  StartOptions,
} from '#port/implementation.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { DeviceOffer } from '#port/machine-description.ts';
import { spawnChild } from '../wire/child.ts';
import type { Child } from '../wire/child.ts';
import { connect } from '../wire/client.ts';
import { greet, startMachine } from '../wire/machine.ts';
import { compiledAgent } from './compile.ts';
import { KernelConsole } from './console.ts';
import { EduBench } from './devices/edu.ts';
import type { EduDevice, EduDevices } from './devices/edu.ts';
import { faultArguments, FaultLog, isFault } from './devices/fault-log.ts';
import { noiommuBench } from './devices/noiommu.ts';
import { SelftestBench } from './devices/selftest.ts';
import { bindToVfioPci, giveBack, giveToDriver } from './devices/vfio-pci.ts';
import { virtioRequestBench } from './devices/virtio-requests.ts';
import {
  declaredByUser,
  declaredOf,
  hardwareFeatures,
  amdAddressBitsOf,
  hasMockPasids,
  linuxSettings,
} from './features.ts';
import { Files } from './files.ts';
import { describeHardware, eduOffersOf, isEduHardware, mostFacts } from './hardware-description.ts';
import type { EduOffers } from './hardware-description.ts';
import { restoreParameters } from './module-parameters.ts';
import { KernelMessages } from './kernel-messages.ts';
import { declaredIn, featuresOfImage } from './probe.ts';
import { Scratch } from './scratch.ts';

/** A boot under TCG on a busy machine; the first answer is what tells that it is over. */
const bootMs = 60_000;

/** The agent as the first process of a throw-away virtual machine: docs/linux.md. */
export const implementation: Implementation = {
  name: 'linux-vm',
  settings: async () => ({
    kernel: {
      takes: 'text',
      says: 'the file of a kernel, or how the name of a cached one begins; the newest one',
    },
    nesting: {
      takes: ['yes', 'no'],
      says: 'an arm64 kernel gives guests the first stage of an SMMUv3',
    },
    ...linuxSettings,
  }),
  machines,
  start,
  slowestStartMs: bootMs,
};

type Settings = StartOptions['settings'];

/** printk.devkmsg: a process may write to the console as often as it likes. */
const parameters = ['AGENT_HUGE_PAGES=16', 'printk.devkmsg=on'];

async function machines(settings: Settings): Promise<readonly MachineDescription[]> {
  const kernel = await chooseKernel(settings['kernel']);
  const { release, architecture } = await kernelImage(kernel);
  const byUser = declaredByUser(settings);
  const known = hardwareOf(architecture, await emulatorVersions(architecture)).filter((name) =>
    isDrivenBy(name, release),
  );
  const [machine = 'selftest'] = known;
  const boot = (): Promise<Machine> => start({ machine, timeoutMs: bootMs, settings });
  const told = await featuresOfImage(kernel, boot);
  const coherentDevices = hasNesting(release, settings);
  const amdAddressBits = amdAddressBitsOf(release);
  const facts = { mockPasids: hasMockPasids(release), coherentDevices, told, amdAddressBits };
  const each = ['hugetlb', ...declaredIn(told), ...byUser] as const;
  // Without noiommu mode nobody could use its devices.
  const usable = known.filter((name) => name !== 'virtio-requests' || told.includes('noiommu'));
  return usable.map((name) => ({
    name,
    features: declaredOf(release, [...hardwareFeatures(name, release), ...each]),
    ...describeHardware(name, facts),
  }));
}

/** QEMU's board does not say that devices are coherent: without a change to the kernel, guests get no stage 1. */
function hasNesting(release: string, { nesting }: Settings): boolean {
  return nesting === 'yes' || release.includes(nestingMark);
}

/** The root file system: the agent and nothing else. */
async function rootOf(agent: string): Promise<string> {
  return cached(`${agent}.cpio`, async (path) => {
    const content = await readFile(agent);
    await writeFile(path, initramfs([folder('dev'), consoleNode, program('init', content)]));
  });
}

const everyOtherFunction = Object.keys(otherFunctions) as (keyof typeof otherFunctions)[];

interface Booted {
  readonly port: AgentPort;
  readonly child: Child;
  readonly console: KernelConsole;
  readonly faults: FaultLog;
}

async function boot(hardware: Hardware, settings: Settings): Promise<Booted> {
  const kernel = await chooseKernel(settings['kernel']);
  const { architecture, port } = await kernelImage(kernel);
  const known = hardwareOf(architecture);
  if (!known.includes(hardware))
    throw new LabError(`${architecture} has no machine ${hardware}; there are ${known.join(', ')}`);
  const emulator = await emulatorOf(architecture, hardware);
  const initramfs = await rootOf(await compiledAgent(architecture));
  const faults = new FaultLog();
  const machine = { architecture, kernel, initramfs, hardware, port, parameters };
  const qemu = [...emulator.command, ...qemuArguments(machine), ...agentArguments(port, hardware)];
  const child = spawnChild({
    command: await compiledAgent(),
    args: ['bound', ...qemu, ...faultArguments(emulator.majorVersion)],
    extraSockets: 1,
    onStderrLine: (line) => faults.add(line),
  });
  const [socket] = child.sockets;
  if (socket === undefined) throw new ImplementationBroken('QEMU has no console');
  return { port, child, console: new KernelConsole(socket), faults };
}

/** Bytes that a serial port gets before it is opened are lost; the agent sends an empty line when it is. */
async function untilReady({ stdout }: Child): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new ImplementationBroken('no agent came up')), bootMs);
    stdout.once('close', () => reject(new ImplementationBroken('the machine ended in its boot')));
    stdout.once('data', () => {
      clearTimeout(late);
      resolve();
    });
  });
}

async function start({ machine, timeoutMs, settings }: StartOptions): Promise<Machine> {
  if (!isHardware(machine))
    throw new LabError(`no machine "${machine}"; there are ${everyHardware.join(', ')}`);
  const booted = await boot(machine, settings);
  const { child, console } = booted;
  if (booted.port === 'serial') await untilReady(child);
  const client = connect({
    name: `linux-vm ${machine}`,
    input: child.stdout,
    output: child.stdin,
    timeoutMs,
    obituary: () => child.fate(),
    lastWords: () => [...child.lastWords().filter((line) => !isFault(line)), ...console.tail()],
    onBroken: () => void child.stop(0),
  });
  const release = (): Promise<void> => child.stop(client.broken === undefined ? undefined : 0);
  try {
    const bootedMs = Math.max(timeoutMs, bootMs);
    await greet(client, settings, bootedMs);
    const wired = await startMachine(client, { machine }, release, bootedMs);
    return await VirtualMachine.prepare(wired, booted, { hardware: machine, timeoutMs });
  } catch (error) {
    await release();
    throw error;
  }
}

async function benchOf(hardware: Hardware, files: Files, faults: FaultLog): Promise<Bench> {
  const described = { name: hardware, ...describeHardware(hardware, mostFacts) };
  if (hardware === 'selftest') return new SelftestBench(described);
  if (hardware === 'virtio-requests') return virtioRequestBench(described, files, faults);
  if (!isEduHardware(hardware)) return noiommuBench(described, files, faults);
  const offers = eduOffersOf(hardware);
  return new EduBench({
    described: { ...described, devices: Object.values(offers) },
    groups: await eduDevicesOf(hardware, files, offers),
    faults,
    bind: (address, driver) =>
      giveToDriver(files, address, driver === 'host' ? hostDriver : driver),
    giveBack: (devices) => giveBack(files, devices),
    restore: () => restoreParameters(files, hardwareKinds[hardware].parameters),
  });
}

async function eduDevicesOf(
  hardware: Hardware,
  files: Files,
  offers: EduOffers,
): Promise<EduDevices['groups']> {
  const bound = async (address: string, offer: DeviceOffer | undefined): Promise<EduDevice[]> =>
    offer === undefined ? [] : [{ info: await bindToVfioPci(files, address), offer }];
  const groups = [];
  for (const addresses of eduGroupsOf(hardware)) {
    const group = [];
    for (const address of addresses) group.push(...(await bound(address, offers.ordinary)));
    groups.push(group);
  }
  groups[0]?.push(...(await bound(hostDriven, offers.hostDriven)));
  groups.push(await bound(eduBehindBridge, offers.behindBridge));
  for (const sort of everyOtherFunction)
    groups.push(await bound(otherFunctions[sort], offers[sort]));
  groups.push(await bound(eduAloneOnBus, offers.aloneOnBus));
  const onSharedBus = [];
  for (const address of eduOnSharedBus)
    onSharedBus.push(...(await bound(address, offers.onSharedBus)));
  groups.push(onSharedBus);
  return groups;
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
