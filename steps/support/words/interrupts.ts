import * as pci from '#uapi/vfio/pci.ts';

import type { DeviceHandle, EventfdHandle } from '../handles.ts';
import { objectNamed } from './objects.ts';
import { fdOf } from './names.ts';
import { parameter, quoted, re } from './parameter.ts';

/** Some of the interrupts that a VFIO device has of one kind. */
export interface Interrupts {
  readonly device: DeviceHandle;
  /** VFIO_PCI_*_IRQ_INDEX. */
  readonly index: number;
  readonly start: number;
  readonly count: number;
}

export type InterruptAction = 'masks' | 'unmasks' | 'triggers';

const indexes: Readonly<Record<string, number>> = {
  INTx: pci.VFIO_PCI_INTX_IRQ_INDEX,
  MSI: pci.VFIO_PCI_MSI_IRQ_INDEX,
  'MSI-X': pci.VFIO_PCI_MSIX_IRQ_INDEX,
  ERR: pci.VFIO_PCI_ERR_IRQ_INDEX,
  REQ: pci.VFIO_PCI_REQ_IRQ_INDEX,
};

/** A number that is open in no process. */
const closedFd = 1000;
const target = '(?:nothing|a closed fd|[a-z-]+ "[^"]*")';

/** Interrupts of devices, and the eventfds that count them. */
export const interrupts = {
  interrupts: parameter(
    re(
      `(?:vectors? (\\d+)(?: to (\\d+))? of )?(${Object.keys(indexes).join('|')}) of device ${quoted}`,
    ),
    function (first = '0', last = first, kind = '', device = ''): Interrupts {
      const start = Number(first);
      return {
        device: this.handles.get('device', device),
        index: indexes[kind] ?? -1,
        start,
        count: Number(last) - start + 1,
      };
    },
  ),
  /** What each of them is counted by. */
  targets: parameter(re(`(${target}(?:, ${target})*)`), function (text = ''): readonly number[] {
    return text.split(', ').map((each) => {
      if (each === 'nothing') return -1;
      return each === 'a closed fd' ? closedFd : fdOf(objectNamed(this, each));
    });
  }),
  interruptAction: parameter(
    /(masks|unmasks|triggers)/,
    (text): InterruptAction => text as InterruptAction,
  ),
  eventfd: parameter(
    re(`eventfd ${quoted}(?: of process ${quoted})?`),
    function (name = '', owner): EventfdHandle {
      const handle = this.handles.get('eventfd', name);
      return owner === undefined
        ? handle
        : { ...handle, process: this.handles.get('process', owner) };
    },
  ),
  newEventfd: parameter(
    re(`an eventfd ${quoted}(?: that counts (\\d+))?`),
    (name = '', count = '0'): { readonly name: string; readonly count: number } => ({
      name,
      count: Number(count),
    }),
  ),
  /** How often an eventfd was signalled since it was looked at. */
  signals: parameter(
    /(was not signalled|was signalled (?:once|twice|\d+ times))/,
    (text = ''): number => {
      const [, count] = /(\d+)/.exec(text) ?? [];
      if (count !== undefined) return Number(count);
      return text.endsWith('once') ? 1 : text.endsWith('twice') ? 2 : 0;
    },
  ),
  causing: parameter(/(raises|drops)/, (text): 'raises' | 'drops' => text as 'raises'),
};
