import type { BufferHandle, DeviceHandle, MemfdHandle, Spot } from '../handles.ts';
import { spotNamed, type SpotOf } from './names.ts';
import { named, oneOf, parameter, quoted, re, size, type ParameterType } from './parameter.ts';

export type BufferSort =
  'ordinary' | 'read-only' | 'inaccessible' | 'shared' | 'huge-page' | 'untouched' | 'private';

/** A BAR of a device; the first one where none is told. */
export interface BarOf {
  readonly device: DeviceHandle;
  readonly index: number;
}

/** A dma-buf of IOMMU_TEST_CMD, or of a device's registers, in so many pieces. */
interface NewDmaBuf {
  readonly name: string;
  readonly exporter: BarOf | undefined;
  readonly ranges: number;
}

const bar = `(?:BAR (\\d) of )?device ${quoted}`;

/** `buffer "ram" + 1 page`. */
function spot<K extends 'buffer' | 'memfd'>(noun: string, kind: K): ParameterType<SpotOf<K>> {
  return parameter(re(`${noun} ${quoted}(?: \\+ (${size}))?`), function (name, offset) {
    return spotNamed(this, kind, name, offset);
  });
}

const buffer = spot('buffer', 'buffer');

/** Memory of processes, and files of memory. */
export const memory = {
  buffer,
  newBuffer: parameter(
    re(`an? (?:(read-only|inaccessible|shared|huge-page|untouched|private) )?buffer ${quoted}`),
    (sort, name): { name: string; sort: BufferSort } => ({
      name: name ?? '',
      sort: (sort ?? 'ordinary') as BufferSort,
    }),
  ),
  memfd: named('memfd', 'memfd'),
  newMemfd: parameter(
    re(`a (huge-page )?memfd ${quoted}`),
    (huge, name): { name: string; huge: boolean } => ({
      name: name ?? '',
      huge: huge !== undefined,
    }),
  ),
  dmaBuf: named('dma-buf', 'memfd'),
  newDmaBuf: parameter(
    re(`a dma-buf ${quoted}(?: from ${bar}(?: in (\\d+) ranges)?)?`),
    function (name = '', index = '0', exporter, ranges = '1'): NewDmaBuf {
      const device = exporter === undefined ? undefined : this.handles.get('device', exporter);
      return {
        name,
        exporter: device && { device, index: Number(index) },
        ranges: Number(ranges),
      };
    },
  ),
  bar: parameter(re(bar), function (index = '0', device): BarOf {
    return { device: this.handles.get('device', device), index: Number(index) };
  }),
  ownership: parameter(/(revokes|restores)/, (text): 'revokes' | 'restores' => text as 'revokes'),
  source: oneOf<Spot<BufferHandle> | Spot<MemfdHandle>>(
    buffer,
    spot('memfd', 'memfd'),
    spot('dma-buf', 'memfd'),
  ),
};
