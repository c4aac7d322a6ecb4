import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { callsOf } from './calls.ts';
import { collapsed, difference, recordingOf, timeless } from './recordings.ts';

const trace = `
7 openat(AT_FDCWD, "/sys/bus/pci/devices/0000:00:10.0/vfio-dev/vfio1/dev", O_RDONLY) = 8
7 close(8) = 0
7 openat(AT_FDCWD, "/dev/vfio/12", O_RDWR|O_CLOEXEC) = 3
7 ioctl(3, VFIO_GROUP_GET_STATUS, {argsz=0x8, flags=0} => {flags=1}) = 0
7 ioctl(3, VFIO_GROUP_GET_DEVICE_FD, 0x55ab5c0183e0) = 9
7 ioctl(8, VFIO_CHECK_EXTENSION, 0x3) = 1
7 ioctl(8, VFIO_IOMMU_UNMAP_DMA, {argsz=0x18, flags=0, iova=0x1000, size=0x4000, data=[]} => {size=0x0}) = 0
7 ioctl(4, IOMMU_IOAS_UNMAP, {size=0x18, ioas_id=2, iova=0x1000, length=0x1000}) = -1 ENOENT
7 ioctl(9, VFIO_DEVICE_SET_IRQS, {argsz=0x18, flags=0x24, index=1, start=0, count=1, data=[0xff, 0xff, 0xff, 0xff]}) = 0
7 pread64(9, "\\xd0\\x01", 2, 0x70000000004) = 2
7 pwrite64(9, "\\x01\\x00\\x00\\x00", 4, 0x64) = 4
7 mmap(NULL, 0x100000, 0x3, 0x1, 9, 0x0) = registers
7 registers[0x98] <- 0x3
7 close(9) = 0
`;

describe('the calls of a trace', () => {
  it('are told without what differs from run to run', () => {
    assert.deepEqual(callsOf(trace), [
      'open vfio/N = a file',
      'GROUP_GET_STATUS argsz=8 -> flags=1 = 0',
      'GROUP_GET_DEVICE_FD = a file',
      'CHECK_EXTENSION 3 = 1',
      'IOMMU_UNMAP_DMA argsz=18 flags=0 iova=1000 size=4000 -> size=0 = 0',
      'IOAS_UNMAP size=18 ioas_id=2 iova=1000 length=1000 = ENOENT',
      'DEVICE_SET_IRQS argsz=18 flags=24 index=1 start=0 count=1 none = 0',
      'read config+4 2 01d0',
      'write BAR0+64 4 00000001',
      'mmap length=100000 offset=0',
      'close device',
    ]);
  });

  it('that unmap nothing are one line where they are many', () => {
    const unmap = (iova: string): string =>
      `IOAS_UNMAP size=18 ioas_id=2 iova=${iova} length=1 = ENOENT`;
    const two = [unmap('1'), unmap('2')];
    assert.deepEqual(collapsed(['a', ...two, 'b']), ['a', ...two, 'b']);
    assert.deepEqual(collapsed([...two, unmap('3'), 'b']), [
      '3 unmaps find nothing: iova=1 length=1 to iova=3 length=1',
      'b',
    ]);
  });
});

describe('a recording', () => {
  const names = ['legacy-7.2', 'legacy-10.0', 'legacy-11.1', 'iommufd-10.0', 'iommufd-11.1'];
  for (const name of names) {
    it(`of ${name} has every step of the guest`, () => {
      const lines = recordingOf(name) ?? [];
      for (let step = 0; step < 32; step += 1)
        assert.ok(lines.includes(`read config+${(0xe0 + step).toString(16)} 1 00`), `${step}`);
      assert.equal(difference(lines, lines), undefined);
    });
  }

  it('of a start has no step of the guest', () => {
    for (const name of ['legacy-7.2-two-devices', 'iommufd-11.1-same-device-twice'])
      assert.equal(recordingOf(name)?.includes('read config+e0 1 00'), false, name);
  });

  it('is compared up to its end, in both directions', () => {
    assert.match(difference(['a', 'b'], ['a']) ?? '', /after 1 equal calls .*"b".*"nothing more"/);
    assert.match(difference(['a'], ['a', 'b']) ?? '', /"nothing more", the reference "b"/);
    assert.equal(recordingOf('legacy-1.0'), undefined);
  });

  it('has explained differences, in one direction', () => {
    const [linux, here] = ['read config+4 2 0103', 'read config+4 2 0002'];
    assert.equal(difference([linux], [here]), undefined);
    assert.ok(difference([here], [linux]));
  });

  it('leaves the BAR out only between the first interrupt and the DMA', () => {
    const bar = 'IOMMU_MAP_DMA argsz=20 flags=3 iova=feb00000 size=100000 = 0';
    const [first, last] = ['read config+e2 1 00', 'read config+e9 1 00'];
    assert.deepEqual(timeless([bar, first, bar, last, bar]), [bar, first, last, bar]);
  });
});
