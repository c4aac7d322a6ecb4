import type { Architecture } from './architecture.ts';

/**
 * The machines that a kernel is tried on, as mock devices and an emulated IOMMU exclude each other. `edu` is of x86_64,
 * `smmuv3` and `smmuv3-stage1` of arm64: devices behind an SMMUv3 of both stages of translation, or of one.
 */
export type Hardware = 'selftest' | 'edu' | 'smmuv3' | 'smmuv3-stage1';

export const hardwareOf: Readonly<Record<Architecture, readonly Hardware[]>> = {
  x86_64: ['selftest', 'edu'],
  arm64: ['selftest', 'smmuv3', 'smmuv3-stage1'],
};

/** In the release of a kernel that takes the devices of QEMU's SMMUv3 for coherent: see docs/linux.md. */
export const nestingMark = '-nesting-test-only';

export interface VirtualMachine {
  readonly architecture: Architecture;
  /** Paths. */
  readonly kernel: string;
  readonly initramfs: string;
  readonly hardware: Hardware;
  /** Further words for the kernel command line. */
  readonly parameters?: readonly string[];
}

/** Two functions of one slot share an IOMMU group: without ACS they could talk to each other behind the IOMMU. */
export const eduGroups = [
  ['0000:00:04.0', '0000:00:04.1'],
  ['0000:00:05.0', '0000:00:05.1'],
] as const;

/** Behind a bridge of conventional PCI, which may send the requests of its devices under an id of its own. */
export const eduBehindBridge = '0000:01:01.0';

const memoryMiB = 1024;

const eduDevice = 'edu,multifunction=on,dma_mask=0xffffffffffffffff';

function eduFunction(address: string): string[] {
  const slot = address.replace(/^0000:00:/, '');
  return ['-device', `${eduDevice},addr=${slot}`];
}

const eduFunctions = eduGroups.flat().flatMap(eduFunction);

const bridge = [
  ...['-device', 'pcie-pci-bridge,id=bridge,addr=06.0'],
  ...['-device', `${eduDevice},bus=bridge,addr=01.0`],
];

/** intremap: without it binding a device is refused as unsafe. */
const devices: Readonly<Record<Hardware, readonly string[]>> = {
  selftest: [],
  edu: ['-device', 'intel-iommu,intremap=on', ...eduFunctions],
  smmuv3: [...eduFunctions, ...bridge],
  'smmuv3-stage1': ['-global', 'arm-smmuv3.stage=1', ...eduFunctions, ...bridge],
};

/** loglevel=5 shows warnings and what is worse. An oops ends the machine: what answers afterwards is not to be trusted. */
const kernelParameters = ['loglevel=5', 'panic=-1', 'oops=panic'];

interface Platform {
  /** QEMU's board and processor. TCG, as KVM is often missing or broken in a virtual machine of a CI service. */
  board(hardware: Hardware): readonly string[];
  readonly parameters: readonly string[];
  /** Its console on a socket, the agent's port on QEMU's stdin and stdout. */
  readonly agent: readonly string[];
}

/** fd 3 of QEMU is a connected socket, so that an oops is legible. */
export const consoleFd = 3;

const channels = [
  ...['-chardev', `socket,id=console,fd=${consoleFd}`, '-serial', 'chardev:console'],
  ...['-chardev', 'stdio,id=agent,signal=off'],
];

const platforms: Readonly<Record<Architecture, Platform>> = {
  x86_64: {
    /** q35 takes its interrupts from the split irqchip that intel-iommu wants. */
    board: () => ['-machine', 'q35,kernel-irqchip=split', '-cpu', 'max'],
    /** On a busy host an emulated timer can be late enough to fail the kernel's check of it, which is a panic. */
    parameters: ['console=ttyS0', 'no_timer_check'],
    agent: [
      ...['-device', 'virtio-serial-pci,addr=2'],
      ...['-device', 'virtserialport,chardev=agent,name=agent'],
    ],
  },
  arm64: {
    /** Emulating authenticated pointers as the architecture has them takes half of the time. */
    board: (hardware) => [
      ...['-machine', `virt,gic-version=3${hardware === 'selftest' ? '' : ',iommu=smmuv3'}`],
      ...['-cpu', 'max,pauth-impdef=on'],
    ],
    parameters: ['console=ttyAMA0', 'AGENT_PORT=/dev/ttyAMA1'],
    /** A second serial port: behind an SMMUv3, a virtio device would be one more that has to be translated. */
    agent: ['-serial', 'chardev:agent'],
  },
};

/** Arguments for qemu-system-… without any way to talk to the machine. */
export function qemuArguments(machine: VirtualMachine): string[] {
  const { board, parameters } = platforms[machine.architecture];
  const words = [...parameters, ...kernelParameters, ...(machine.parameters ?? [])];
  return [
    ...board(machine.hardware),
    ...['-accel', 'tcg,thread=multi', '-smp', '1', '-m', `${memoryMiB}`],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...devices[machine.hardware],
    ...['-kernel', machine.kernel, '-initrd', machine.initramfs],
    ...['-append', words.join(' ')],
  ];
}

/** How the agent is reached. */
export function agentArguments(architecture: Architecture): string[] {
  return [...channels, ...platforms[architecture].agent];
}
