import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';

import type { Answer, Request } from '#emulate/messages.ts';
import { failure } from '#uapi/errno.ts';
import { IOMMU_IOAS_MAP } from '#uapi/iommufd/ioas.ts';

import { painter } from '../style.ts';
import { ClientReport } from './client-report.ts';
import { showClient } from './show.ts';

const STRUCT = 0x1000n;
const map = {
  ...{ size: 40, flags: 7, ioas_id: 1, __reserved: 0, user_va: 0n },
  ...{ length: 4096n, iova: 0x10_0000n },
};
const bytes = IOMMU_IOAS_MAP.struct.pack(map);
const caller = {
  pid: 1,
  operations: undefined,
  memory: {
    copyFromUser: (_: bigint, length: number) => bytes.slice(0, length),
    registers: { at: () => undefined },
  },
};

/** Maps once for each answer; that often these ids were executed, before and during the call. */
function reported(
  answers: readonly Answer[],
  executed: { readonly before: readonly string[]; readonly during: readonly string[] },
): ReturnType<ClientReport['summary']> {
  let isDuring = false;
  const take = (): ReadonlySet<string> => new Set(executed[isDuring ? 'during' : 'before']);
  const report = new ClientReport({ take });
  const nothing = { fd: 3, newFd: -1, inode: 0n, newInode: 0n, text: '' };
  const number = BigInt(IOMMU_IOAS_MAP.request);
  const request: Request = {
    ...{ ...nothing, operation: 'IOCTL' },
    arguments: [number, STRUCT, 0n, 0n, 0n],
  };
  for (const answer of answers) {
    isDuring = false;
    const ended = report.begin(request, caller);
    isDuring = true;
    ended(answer);
  }
  isDuring = false;
  return report.summary();
}

/** What succeeds, and what is refused with EEXIST. */
const [mapped, refused] = ['IOAS-MAP-08', 'IOAS-MAP-14'];

test('a refusal is touched by a call that is refused so, all else by one that is not', () => {
  const during = [refused, mapped];
  const touched = (result: number): readonly string[] =>
    reported([{ result }], { before: [], during }).calls[0]?.requirements ?? [];
  deepEqual(touched(0), [mapped]);
  deepEqual(touched(failure('EEXIST')), [refused]);
  deepEqual(touched(failure('EINVAL')), []);
});

test('a call has its results, its fields and flags, and its part of each family', () => {
  const answers = [{ result: 0 }, { result: failure('EEXIST') }, { result: 0 }];
  const summary = reported(answers, { before: ['PIN-01'], during: [mapped] });
  const [call] = summary.calls;
  equal(call?.name, 'IOMMU_IOAS_MAP');
  deepEqual(call?.results, { ok: 2, EEXIST: 1 });
  deepEqual(call?.fields, ['flags', 'ioas_id', 'length', 'iova']);
  deepEqual(call?.flags, ['0x7']);
  equal(summary.families['IOAS-MAP']?.touched, 1);
  equal(summary.notCalled.includes('IOMMU_IOAS_MAP'), false);
  equal(summary.notCalled.includes('IOMMU_IOAS_UNMAP'), true);
  match(
    showClient(summary, painter(process.stdout)),
    /^IOMMU_IOAS_MAP +3 +2 ok, 1 EEXIST +0x7 +4 +1$/m,
  );
});

test('what ran between calls is told apart, unless a call touched it as well', () => {
  const summary = reported([{ result: 0 }], { before: [mapped, 'IOAS-MAP-17'], during: [mapped] });
  deepEqual(summary.beside, ['IOAS-MAP-17']);
});

test('of many calls the first are looked at, and then ever fewer', () => {
  let looks = 0;
  const report = new ClientReport({ take: () => ((looks += 1), new Set<string>()) });
  const request: Request = {
    ...{ operation: 'MMAP', fd: 3, newFd: -1, inode: 0n, newInode: 0n, text: '' },
    arguments: [0n, 0n, 0n, 0n, 0n],
  };
  for (let call = 0; call < 1000; call += 1) report.begin(request, caller)({ result: 0 });
  // 40, and the 64th, 128th, 256th and 512th; before and after each.
  equal(looks, 2 * 44);
  equal(report.summary().calls[0]?.calls, 1000);
});
