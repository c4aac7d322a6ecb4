import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { O_CLOEXEC, O_RDWR } from '#uapi/mman.ts';
import { IOMMU_IOAS_ALLOC } from '#uapi/iommufd/ioas.ts';

import type { Caller } from './calls.ts';
import type { Answer, Request } from './messages.ts';
import { CallTrace } from './trace.ts';

const STRUCT = 0x1000n;

/** What is written of a call that makes `after` of the struct at 0x1000. */
function lineOf(
  request: Partial<Request>,
  answer: Answer,
  [before, after = before]: readonly Uint8Array[] = [],
): string {
  const path = join(temporaryFolder(), 'trace');
  const fd = openSync(path, 'w');
  let memory = before;
  const caller: Caller = {
    pid: 7,
    operations: undefined,
    memory: {
      copyFromUser: (address, length) =>
        address === STRUCT && memory ? memory.slice(0, length) : 'EFAULT',
      registers: { at: () => undefined },
    },
  };
  const given = { fd: 3, newFd: -1, inode: 0n, newInode: 0n, text: '' };
  const words = request.arguments ?? [0n, 0n, 0n, 0n, 0n];
  const whole: Request = { operation: 'IOCTL', ...given, ...request, arguments: words };
  const ended = new CallTrace(fd).begin(whole, caller);
  memory = after;
  ended(answer);
  closeSync(fd);
  return readFileSync(path, 'utf8');
}

const alloc = (id: number): Uint8Array =>
  IOMMU_IOAS_ALLOC.struct.pack({ size: 12, flags: 0, out_ioas_id: id });
const request = BigInt(IOMMU_IOAS_ALLOC.request);

describe('a line about a call', () => {
  it('shows the struct, and what the call has changed of it', () => {
    const line = lineOf({ arguments: [request, STRUCT, 0n, 0n, 0n] }, { result: 0 }, [
      alloc(0),
      alloc(5),
    ]);
    const struct = '{size=0xc, flags=0, out_ioas_id=0} => {out_ioas_id=5}';
    assert.equal(line, `7 ioctl(3, IOMMU_IOAS_ALLOC, ${struct}) = 0\n`);
  });

  it('shows the address where no struct can be read, and the number of what nobody knows', () => {
    const bad = lineOf({ arguments: [request, 0x10n, 0n, 0n, 0n] }, { result: -14 });
    assert.equal(bad, '7 ioctl(3, IOMMU_IOAS_ALLOC, 0x10) = -1 EFAULT\n');
    const unknown = lineOf({ arguments: [0x3bffn, 0x10n, 0n, 0n, 0n] }, { result: -25 });
    assert.equal(unknown, '7 ioctl(3, 0x3bff, 0x10) = -1 ENOTTY\n');
  });

  it('shows a path, bytes and registers', () => {
    const flags = BigInt(O_RDWR | O_CLOEXEC);
    const open = {
      operation: 'OPEN',
      text: '/dev/iommu',
      arguments: [flags, 0n, 0n, 0n, 0n],
    } as const;
    assert.equal(
      lineOf(open, { result: 3 }),
      '7 openat(AT_FDCWD, "/dev/iommu", O_RDWR|O_CLOEXEC) = 3\n',
    );
    const write = { operation: 'PWRITE', arguments: [STRUCT, 2n, 0x40n, 0n, 0n] } as const;
    assert.equal(
      lineOf(write, { result: 2 }, [Uint8Array.of(6, 0, 9)]),
      '7 pwrite64(3, "\\x06\\x00", 2, 0x40) = 2\n',
    );
    const load = { operation: 'LOAD', arguments: [0x20n, 2n, 0n, 0n, 0n] } as const;
    assert.equal(
      lineOf(load, { result: 2, text: Uint8Array.of(0xed, 0) }),
      '7 registers[?] -> 0x00ed\n',
    );
  });

  it('is left out for what is no call of the program', () => {
    assert.equal(lineOf({ operation: 'UNMAP' }, { result: 0 }), '');
  });
});
