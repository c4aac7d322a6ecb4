import type { BufferHandle, DeviceHandle, MemfdHandle, Spot } from '../handles.ts';
import { spotNamed } from './names.ts';
import { parameter, quoted, re, size } from './parameter.ts';

export type BufferSort =
  'ordinary' | 'read-only' | 'inaccessible' | 'shared' | 'huge-page' | 'untouched' | 'private';

/** A dma-buf of IOMMU_TEST_CMD, or of a device's registers, in so many pieces. */
interface NewDmaBuf {
  readonly name: string;
  readonly exporter: DeviceHandle | undefined;
  readonly ranges: number;
}

/** Memory of processes, and files of memory. */
export const memory = {
  buffer: parameter(
    re(`buffer ${quoted}(?: \\+ (${size}))?`),
    function (name, offset): Spot<BufferHandle> {
      return spotNamed(this, 'buffer', name ?? '', offset);
    },
  ),
  newBuffer: parameter(
    re(`an? (?:(read-only|inaccessible|shared|huge-page|untouched|private) )?buffer ${quoted}`),
    (sort, name): { name: string; sort: BufferSort } => ({
      name: name ?? '',
      sort: (sort ?? 'ordinary') as BufferSort,
    }),
  ),
  memfd: parameter(re(`memfd ${quoted}`), function (name): MemfdHandle {
    return this.handles.get('memfd', name ?? '');
  }),
  newMemfd: parameter(
    re(`a (huge-page )?memfd ${quoted}`),
    (huge, name): { name: string; huge: boolean } => ({
      name: name ?? '',
      huge: huge !== undefined,
    }),
  ),
  dmaBuf: parameter(re(`dma-buf ${quoted}`), function (name): MemfdHandle {
    return this.handles.get('memfd', name ?? '');
  }),
  newDmaBuf: parameter(
    re(`a dma-buf ${quoted}(?: from device ${quoted}(?: in (\\d+) ranges)?)?`),
    function (name, exporter, ranges): NewDmaBuf {
      return {
        name: name ?? '',
        exporter: exporter === undefined ? undefined : this.handles.get('device', exporter),
        ranges: Number(ranges ?? 1),
      };
    },
  ),
  ownership: parameter(/(revokes|restores)/, (text): 'revokes' | 'restores' => text as 'revokes'),
  source: parameter(
    re(`(buffer|memfd|dma-buf) ${quoted}(?: \\+ (${size}))?`),
    function (kind, name, offset): Spot<BufferHandle> | Spot<MemfdHandle> {
      return kind === 'buffer'
        ? spotNamed(this, 'buffer', name ?? '', offset)
        : spotNamed(this, 'memfd', name ?? '', offset);
    },
  ),
};
