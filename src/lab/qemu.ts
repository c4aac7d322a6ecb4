import { hardwareKinds } from './hardware.ts';
import type { Hardware } from './hardware.ts';

export interface VirtualMachine {
  /** Paths. */
  readonly kernel: string;
  readonly initramfs: string;
  readonly hardware: Hardware;
  /** Further words for the kernel command line. */
  readonly parameters?: readonly string[];
}

const memoryMiB = 1024;

/**
 * loglevel=5 shows warnings and what is worse. An oops ends the machine: what answers afterwards is not to be trusted.
 * On a busy host an emulated timer can be late enough to fail the kernel's check of it, which is a panic.
 */
const kernelParameters = [
  ...['console=ttyS0', 'loglevel=5', 'panic=-1', 'oops=panic'],
  'no_timer_check',
];

/**
 * Arguments for qemu-system-x86_64 without any way to talk to the machine. TCG, as KVM is often missing or broken in a
 * virtual machine of a CI service; q35 takes its interrupts from the split irqchip that intel-iommu wants.
 */
export function qemuArguments(machine: VirtualMachine): string[] {
  const { devices, parameters } = hardwareKinds[machine.hardware];
  const words = [...kernelParameters, ...parameters, ...(machine.parameters ?? [])];
  return [
    ...['-machine', 'q35,kernel-irqchip=split', '-accel', 'tcg,thread=multi', '-cpu', 'max'],
    ...['-smp', '1', '-m', `${memoryMiB}`],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...devices,
    ...['-kernel', machine.kernel, '-initrd', machine.initramfs],
    ...['-append', words.join(' ')],
  ];
}

/** fd 3 of QEMU is a connected socket. */
export const consoleFd = 3;

/**
 * The agent's port on QEMU's stdin and stdout, and the serial console on a socket of its own, so that an oops is
 * legible.
 */
export const agentArguments: readonly string[] = [
  ...['-chardev', `socket,id=console,fd=${consoleFd}`, '-serial', 'chardev:console'],
  ...['-chardev', 'stdio,id=agent,signal=off'],
  ...['-device', 'virtio-serial-pci,addr=2', '-device', 'virtserialport,chardev=agent,name=agent'],
];
