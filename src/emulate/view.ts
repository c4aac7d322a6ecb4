import { mkdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';

import type { MachineDevice } from '#reference/machine/machine-hardware.ts';
import type { Machine } from '#reference/machine/machine.ts';
import { nodesOf } from '#reference/kernel/vfio/vfio-main.ts';

/** PCI, 7.5.1: where a header has what sysfs shows beside, and how wide it is. */
const identifiers = [
  ['revision', 8, 1],
  ['subsystem_vendor', 0x2c, 2],
  ['subsystem_device', 0x2e, 2],
] as const;

const CONFIGURATION_SIZE = 4096;
const RESOURCES = 7;
/** include/linux/ioport.h */
const IORESOURCE_IO = 0x100;
const IORESOURCE_MEM = 0x200;
/** What udev and the class misc give out; of VFIO any will do that is nobody else's. */
const MISC = 10;
const IOMMU_MINOR = 125;
const VFIO_MINOR = 196;
const VFIO_CDEV = 511;
const VFIO_GROUP = 510;

/** Where the reference answers for what is in a file. Reset where the function has one, and so on: a name too many does no harm. */
const answered = {
  device: ['class', 'device', 'driver_override', 'power_state', 'remove', 'vendor'],
  group: ['reserved_regions', 'type'],
  node: ['dev', 'uevent'],
  driver: ['bind', 'new_id', 'remove_id', 'unbind'],
  bus: ['drivers_probe', 'rescan'],
} as const;

/**
 * What a program lists, resolves and looks at: the files of sysfs and of /dev, in a folder. What is in most of them the
 * reference says when they are opened. A node is a file that holds its numbers.
 */
export class View {
  readonly folder: string;
  private readonly machine: Machine;
  /** Files that the reference does not have: what is in them now. */
  private readonly own = new Map<string, () => string | Uint8Array>();

  constructor(folder: string, machine: Machine) {
    mkdirSync(folder, { recursive: true });
    this.folder = realpathSync(folder);
    this.machine = machine;
    this.refresh();
  }

  /** What has changed in the machine is seen. */
  refresh(): void {
    rmSync(this.folder, { recursive: true, force: true });
    this.own.clear();
    for (const path of ['/sys/bus/pci/devices', '/sys/kernel/iommu_groups', '/dev/vfio/devices'])
      mkdirSync(this.folder + path, { recursive: true });
    for (const path of ['/sys/kernel/debug', '/sys/class/iommu', '/sys/class/vfio-dev'])
      mkdirSync(this.folder + path, { recursive: true });
    this.files('/sys/bus/pci', answered.bus);
    this.files('/sys/bus/pci/drivers/vfio-pci', answered.driver);
    this.node('/dev/iommu', MISC, IOMMU_MINOR);
    this.node('/dev/vfio/vfio', MISC, VFIO_MINOR);
    for (const device of this.machine.hardware.devices) this.add(device);
  }

  /** The path of what stands for a folder, or for a file that the reference does not have; undefined for all else. */
  find(path: string): string | undefined {
    const seen = this.folder + path;
    const content = this.own.get(statOf(seen) ? realpathSync(seen) : seen);
    if (content) writeFileSync(seen, content());
    return content || statOf(seen)?.isDirectory() ? seen : undefined;
  }

  private add(device: MachineDevice): void {
    const at = `/sys${device.sysPath}`;
    this.files(at, answered.device);
    this.owned(`${at}/config`, () => configurationOf(device));
    this.owned(`${at}/resource`, () => resourcesOf(device));
    for (const [name, first, width] of identifiers)
      this.owned(`${at}/${name}`, () => identifierOf(device, first, width));
    this.link(`${at}/subsystem`, '/sys/bus/pci');
    this.link(`/sys/bus/pci/devices/${device.name}`, at);
    this.addGroup(device, at);
    if (this.machine.hardware.drivers.driverOf(device) === 'vfio-pci') this.addNodes(device, at);
  }

  private addGroup({ name, iommu }: MachineDevice, at: string): void {
    const group = `/sys/kernel/iommu_groups/${iommu.group.id}`;
    this.files(group, answered.group);
    this.link(`${at}/iommu_group`, group);
    this.link(`${group}/devices/${name}`, at);
  }

  private addNodes(device: MachineDevice, at: string): void {
    const { device: cdev, group } = nodesOf(device);
    const cdevAt = `${at}/vfio-dev/${basename(cdev)}`;
    const driver = '/sys/bus/pci/drivers/vfio-pci';
    this.files(cdevAt, answered.node);
    this.link(`${at}/driver`, driver);
    this.link(`${driver}/${device.name}`, at);
    this.link(`/sys/class/vfio-dev/${basename(cdev)}`, cdevAt);
    this.node(cdev, VFIO_CDEV, device.index);
    this.node(group, VFIO_GROUP, device.iommu.group.id);
  }

  private node(path: string, major: number, minor: number): void {
    this.file(path, `${major}:${minor}\n`);
  }

  private owned(path: string, content: () => string | Uint8Array): void {
    this.own.set(this.folder + path, content);
    this.file(path, '');
  }

  private files(folder: string, names: readonly string[]): void {
    for (const name of names) this.file(`${folder}/${name}`, '');
  }

  private file(path: string, content: string): void {
    mkdirSync(dirname(this.folder + path), { recursive: true });
    writeFileSync(this.folder + path, content);
  }

  private link(path: string, target: string): void {
    mkdirSync(dirname(this.folder + path), { recursive: true });
    mkdirSync(this.folder + target, { recursive: true });
    symlinkSync(relative(dirname(path), target), this.folder + path);
  }
}

function configurationOf({ pci }: MachineDevice): Uint8Array {
  return pci.configuration.read(0n, CONFIGURATION_SIZE);
}

function identifierOf({ pci }: MachineDevice, first: number, width: number): string {
  const value = Buffer.from(pci.configuration.read(BigInt(first), width)).readUIntLE(0, width);
  return `0x${value.toString(16).padStart(2 * width, '0')}\n`;
}

function statOf(path: string): ReturnType<typeof statSync> {
  return statSync(path, { throwIfNoEntry: false });
}

/** drivers/pci/pci-sysfs.c: resource_show(): first and last byte, and flags, for each BAR and the ROM. */
function resourcesOf({ bars }: MachineDevice): string {
  const lines = Array.from({ length: RESOURCES }, (_, index) => {
    const bar = bars.find((each) => each.index === index);
    if (!bar) return [0n, 0n, 0n];
    const flags = bar.kind === 'ports' ? IORESOURCE_IO : IORESOURCE_MEM;
    return [bar.address, bar.address + bar.window.size - 1n, BigInt(flags)];
  });
  const hex = (value: bigint): string => `0x${value.toString(16).padStart(16, '0')}`;
  return `${lines.map((line) => line.map(hex).join(' ')).join('\n')}\n`;
}
