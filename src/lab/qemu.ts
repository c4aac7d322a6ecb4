import type { Architecture } from './architecture.ts';
import { hardwareKinds } from './hardware.ts';
import type { Hardware, HardwareKind } from './hardware.ts';
import type { AgentPort } from './kernel-image.ts';

export interface VirtualMachine {
  readonly architecture: Architecture;
  /** Paths. */
  readonly kernel: string;
  readonly initramfs: string;
  readonly hardware: Hardware;
  /** Where it has an agent. */
  readonly port?: AgentPort;
  /** Further words for the kernel command line. */
  readonly parameters?: readonly string[];
}

const memoryMiB = 1024;

/** loglevel=5 shows warnings and what is worse. An oops ends the machine: what answers afterwards is not to be trusted. */
const kernelParameters = ['loglevel=5', 'panic=-1', 'oops=panic'];

interface Board {
  /** QEMU's machine and processor. */
  arguments(hardware: Hardware): readonly string[];
  /** For the kernel. */
  readonly parameters: readonly string[];
}

/** The agent's port, of the chardev `agent`; and what the kernel's command line tells the agent of it. */
const ports: Readonly<Record<AgentPort, Readonly<Record<'agent' | 'parameters', string[]>>>> = {
  virtio: {
    agent: [
      ...['-device', 'virtio-serial-pci,addr=2'],
      ...['-device', 'virtserialport,chardev=agent,name=agent'],
    ],
    parameters: [],
  },
  /** The second one of the board `virt`: every kernel for it has a driver. */
  serial: { agent: ['-serial', 'chardev:agent'], parameters: ['AGENT_PORT=/dev/ttyAMA1'] },
};

/** The SMMUv3 is a part of QEMU's machine, with both stages of translation since version 9.2. */
const armMachines: Readonly<Partial<Record<Hardware, string>>> = {
  smmuv3: 'virt,iommu=smmuv3',
  'smmuv3-stage1': 'virt-9.1,iommu=smmuv3',
  'smmuv3-groups': 'virt,iommu=smmuv3',
};

const boards: Readonly<Record<Architecture, Board>> = {
  x86_64: {
    /** q35 takes its interrupts from the split irqchip that intel-iommu wants. */
    arguments: () => ['-machine', 'q35,kernel-irqchip=split', '-cpu', 'max'],
    /** On a busy host an emulated timer can be late enough to fail the kernel's check of it, which is a panic. */
    parameters: ['console=ttyS0', 'no_timer_check'],
  },
  arm64: {
    /** Authenticated pointers as the architecture has them take half of an emulated processor's time. */
    arguments: (hardware) => [
      ...['-machine', `${armMachines[hardware] ?? 'virt'},gic-version=3`],
      ...['-cpu', 'max,pauth-impdef=on'],
    ],
    parameters: ['console=ttyAMA0'],
  },
};

/**
 * Arguments for qemu-system-… without any way to talk to the machine. TCG, as KVM is often missing or broken in a
 * virtual machine of a CI service.
 */
export function qemuArguments(machine: VirtualMachine): string[] {
  const board = boards[machine.architecture];
  const { devices, parameters } = hardwareKinds[machine.hardware];
  const { port = 'virtio', parameters: further = [] } = machine;
  const ofMachine = [...board.parameters, ...ports[port].parameters, ...parameters, ...further];
  return [
    ...board.arguments(machine.hardware),
    ...['-accel', 'tcg,thread=multi', '-smp', '1', '-m', `${memoryMiB}`],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...devices,
    ...['-kernel', machine.kernel, '-initrd', machine.initramfs],
    ...['-append', [...kernelParameters, ...ofMachine].join(' ')],
  ];
}

/** fd 3 of QEMU is a connected socket. */
export const consoleFd = 3;

/**
 * The agent's port on QEMU's stdin and stdout, and the serial console on a socket of its own, so that an oops is
 * legible.
 */
export function agentArguments(port: AgentPort, hardware: Hardware): readonly string[] {
  const { agent = ports[port].agent }: HardwareKind = hardwareKinds[hardware];
  return [
    ...['-chardev', `socket,id=console,fd=${consoleFd}`, '-serial', 'chardev:console'],
    ...['-chardev', 'stdio,id=agent,signal=off'],
    ...agent,
  ];
}
