import fc from 'fast-check';

import { IOMMU_IOAS_MAP, IOMMU_IOAS_UNMAP } from '#uapi/iommufd/ioas.ts';
import type { Command, PlainCommand } from '#uapi/ioctl.ts';
import * as container from '#uapi/vfio/container.ts';
import * as device from '#uapi/vfio/device.ts';
import * as group from '#uapi/vfio/group.ts';
import * as type1 from '#uapi/vfio/iommu-type1.ts';
import * as pci from '#uapi/vfio/pci.ts';

import { pageSize, ramPages } from '../layout.ts';
import { devices, groupOf, slots, type DeviceName, type Operand, type VfioCall } from './call.ts';

/** The calls of a sequence: a few IOVAs and pages, so that they meet; now and then a value that is wrong. */

type Calls = fc.Arbitrary<VfioCall>;
type Values = fc.Arbitrary<Operand>;

export const firstIova = 16n * 1024n * 1024n;
export const iovaPages = 16;

const which = fc.constantFrom(...devices);
const spaces = fc.constantFrom('container' as const, 'iommufd' as const);

function among(...numbers: (number | bigint)[]): Values {
  return fc.constantFrom(...numbers.map(BigInt));
}

function often(usual: Values, seldom: Values): Values {
  return fc.oneof({ weight: 20, arbitrary: usual }, { weight: 1, arbitrary: seldom });
}

const iova = often(
  fc.nat(iovaPages - 1).map((page) => firstIova + BigInt(page) * pageSize),
  among(firstIova + 2048n, 0n, 2n ** 64n - pageSize),
);
const size = often(
  fc.constantFrom(1n, 1n, 2n, 4n, 8n).map((pages) => pages * pageSize),
  among(0, 2048, 2n ** 64n - 1n),
);
const memory: Values = fc
  .nat(Number(ramPages) - 1)
  .map((page) => ({ ram: BigInt(page) * pageSize }));

function ioctl(
  command: Command,
  on: fc.Arbitrary<Extract<VfioCall, { kind: 'ioctl' }>['on']>,
  { fields = {}, tells = [] }: { fields?: Record<string, Values>; tells?: readonly string[] } = {},
): Calls {
  return fc
    .tuple(on, fc.record(fields))
    .map(([slot, drawn]) => ({ kind: 'ioctl', on: slot, command, fields: drawn, tells }));
}

function ofGroup(command: PlainCommand): Calls {
  return which.map((name) => ({ kind: 'plain ioctl', on: groupOf(name), command, argument: 0 }));
}

function ofContainer(command: PlainCommand, ...numbers: number[]): Calls {
  return fc
    .tuple(spaces, fc.constantFrom(...numbers))
    .map(([on, argument]) => ({ kind: 'plain ioctl', on, command, argument }));
}

const setContainer: Calls = fc
  .tuple(which, fc.constantFrom('container', 'container', 'iommufd', 'nic' as const))
  .map(([name, file]) => ({
    kind: 'plain ioctl',
    on: groupOf(name),
    command: group.VFIO_GROUP_SET_CONTAINER,
    argument: { file },
  }));

/** Mostly of its own group. */
const getDevice: Calls = fc.tuple(which, fc.constantFrom(true, true, true, true, false)).map(
  ([name, own]) =>
    ({
      kind: 'plain ioctl',
      on: groupOf(name),
      command: group.VFIO_GROUP_GET_DEVICE_FD,
      argument: { name: own ? name : other(name) },
      makes: name,
    }) as const,
);

function other(name: DeviceName): DeviceName {
  return name === 'nic' ? 'disk' : 'nic';
}

const irqActions = [8, 16, 32, 32, 32];
const setIrqs: Calls = fc
  .record({
    on: which,
    action: fc.constantFrom(...irqActions),
    data: fc.constantFrom(1, 1, 4, 4, 4, 2),
    index: fc.constantFrom(0, 0, 1, 1, 1, 2, 3, 4, 5),
    start: fc.constantFrom(0, 0, 0, 0, 1),
    count: fc.constantFrom(1, 1, 1, 1, 0, 2),
    fd: fc.constantFrom('line', 'line', 'line', 'none', 'container' as const),
  })
  .map(({ on, action, data, index, start, count, fd }) => ({
    kind: 'ioctl',
    on,
    command: device.VFIO_DEVICE_SET_IRQS,
    fields: {
      flags: BigInt(action | data),
      index: BigInt(index),
      start: BigInt(start),
      count: BigInt(count),
    },
    tells: [],
    ...(data === 4 && { fds: Array.from({ length: count }, () => fd) }),
  }));

/** What every machine has the same in: what is read-only, and registers of edu. */
const readRegisters = [
  [pci.VFIO_PCI_CONFIG_REGION_INDEX, 0x00, 4],
  [pci.VFIO_PCI_CONFIG_REGION_INDEX, 0x08, 4],
  [pci.VFIO_PCI_CONFIG_REGION_INDEX, 0x0c, 1],
  [pci.VFIO_PCI_CONFIG_REGION_INDEX, 0x34, 1],
  [pci.VFIO_PCI_BAR0_REGION_INDEX, 0x04, 4],
  [pci.VFIO_PCI_BAR0_REGION_INDEX, 0x24, 4],
] as const;
/** COMMAND, whose first value is of the firmware; BAR 0; liveness, and what raises and drops an interrupt, of edu. */
const writtenRegisters = [
  [pci.VFIO_PCI_CONFIG_REGION_INDEX, 0x04, 2],
  [pci.VFIO_PCI_CONFIG_REGION_INDEX, 0x04, 2],
  [pci.VFIO_PCI_CONFIG_REGION_INDEX, 0x00, 4],
  [pci.VFIO_PCI_CONFIG_REGION_INDEX, 0x0c, 1],
  [pci.VFIO_PCI_BAR0_REGION_INDEX, 0x04, 4],
  [pci.VFIO_PCI_BAR0_REGION_INDEX, 0x60, 4],
  [pci.VFIO_PCI_BAR0_REGION_INDEX, 0x60, 4],
  [pci.VFIO_PCI_BAR0_REGION_INDEX, 0x64, 4],
] as const;
const registerValues = [0, 1, 2, 3, 4, 6, 7, 0x406, 0x55, 0xffffffff];

function ofRegisters(
  kind: 'read registers' | 'write registers',
  registers: typeof readRegisters | typeof writtenRegisters,
): Calls {
  return fc
    .tuple(which, fc.constantFrom(...registers), fc.constantFrom(...registerValues))
    .map(([name, [region, offset, width], value]) => ({
      ...{ kind, device: name, region, offset, width },
      value,
    }));
}

const look: Calls = fc
  .tuple(which, fc.nat(11))
  .map(([name, nth]) => ({ kind: 'look', device: name, nth }));

const rights = often(among(3, 3, 3, 1), among(0, 8));
const ioas = often(among(1, 1, 1, 2), among(9));
const onIommufd = fc.constant('iommufd' as const);

export const calls: readonly (readonly [weight: number, call: Calls])[] = [
  [8, fc.constantFrom(...slots).map((slot) => ({ kind: 'open', slot }))],
  [3, fc.constantFrom(...slots).map((slot) => ({ kind: 'close', slot }))],
  [6, setContainer],
  [1, ofGroup(group.VFIO_GROUP_UNSET_CONTAINER)],
  [6, getDevice],
  [1, ioctl(group.VFIO_GROUP_GET_STATUS, which.map(groupOf), { tells: ['flags'] })],
  // Not version 1, in which an unmap cuts mappings, or takes more than it was told.
  [4, ofContainer(container.VFIO_SET_IOMMU, 3, 3, 3, 3, 3, 2, 8)],
  [1, ofContainer(container.VFIO_CHECK_EXTENSION, 1, 3, 2, 4, 7, 9, 10, 11)],
  [1, ofContainer(container.VFIO_GET_API_VERSION, 0)],
  // Not without rights on an iommufd: Linux warns where a page table gets an entry that has none.
  [
    9,
    ioctl(type1.VFIO_IOMMU_MAP_DMA, fc.constant('container'), {
      fields: { flags: rights, vaddr: memory, iova, size },
    }),
  ],
  [
    4,
    ioctl(type1.VFIO_IOMMU_MAP_DMA, onIommufd, {
      fields: { flags: among(3, 3, 1), vaddr: memory, iova, size },
    }),
  ],
  [
    6,
    ioctl(type1.VFIO_IOMMU_UNMAP_DMA, spaces, {
      fields: { flags: often(among(0), among(4, 8)), iova, size },
      tells: ['size'],
    }),
  ],
  [
    1,
    ioctl(type1.VFIO_IOMMU_UNMAP_DMA, spaces, {
      fields: { flags: among(2), iova: among(0, 0, 0, 4096), size: among(0) },
      tells: ['size'],
    }),
  ],
  [
    3,
    ioctl(IOMMU_IOAS_MAP, onIommufd, {
      fields: { flags: among(7, 7, 5), ioas_id: ioas, user_va: memory, iova, length: size },
    }),
  ],
  [
    2,
    ioctl(IOMMU_IOAS_UNMAP, onIommufd, {
      fields: { ioas_id: ioas, iova, length: size },
      tells: ['length'],
    }),
  ],
  [
    4,
    ioctl(device.VFIO_DEVICE_BIND_IOMMUFD, which, {
      fields: { iommufd: fc.constantFrom<Operand>({ file: 'iommufd' }, { file: 'container' }) },
    }),
  ],
  [4, ioctl(device.VFIO_DEVICE_ATTACH_IOMMUFD_PT, which, { fields: { pt_id: ioas } })],
  [1, ioctl(device.VFIO_DEVICE_DETACH_IOMMUFD_PT, which)],
  [1, ioctl(device.VFIO_DEVICE_GET_INFO, which, { tells: ['flags', 'num_regions', 'num_irqs'] })],
  [
    1,
    ioctl(device.VFIO_DEVICE_GET_REGION_INFO, which, {
      fields: { index: among(0, 0, 1, 6, 7, 8, 9) },
      tells: ['flags', 'size', 'offset'],
    }),
  ],
  [
    1,
    ioctl(device.VFIO_DEVICE_GET_IRQ_INFO, which, {
      fields: { index: among(0, 1, 2, 3, 4, 5) },
      tells: ['flags', 'count'],
    }),
  ],
  [
    1,
    which.map((on) => ({
      kind: 'plain ioctl',
      on,
      command: device.VFIO_DEVICE_RESET,
      argument: 0,
    })),
  ],
  [5, setIrqs],
  [3, ofRegisters('read registers', readRegisters)],
  [5, ofRegisters('write registers', writtenRegisters)],
  [3, fc.constant<VfioCall>({ kind: 'signals' })],
  [8, look],
];
