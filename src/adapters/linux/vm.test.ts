import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { cachedKernels } from '#lab/kernels.ts';
import { findTool } from '#lab/tools.ts';
import type { Machine } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import {
  MAP_ANONYMOUS,
  MAP_NORESERVE,
  MAP_POPULATE,
  MAP_PRIVATE,
  PROT_READ,
  PROT_WRITE,
} from '#uapi/mman.ts';
import { Files } from './files.ts';
import { Scratch } from './scratch.ts';
import { implementation } from './vm.ts';

/** Filling the memory of an emulated machine takes its time on a busy one. */
const timeoutMs = 90_000;

describe('a virtual machine that cannot be', () => {
  const before_ = { ...process.env };
  let empty: string;

  before(() => {
    empty = temporaryFolder();
    process.env['XDG_CACHE_HOME'] = empty;
  });
  after(() => {
    process.env = before_;
  });

  const start = (machine: string, settings: Record<string, string>): Promise<Machine> =>
    implementation.start({ machine, timeoutMs, settings });

  it('says what is missing', async () => {
    await assert.rejects(implementation.machines({}), /^LabError: no kernel is cached: build one/);
    const settings = { kernel: '/nowhere/bzImage' };
    await assert.rejects(implementation.machines(settings), /cannot be read: ENOENT/);
    await assert.rejects(start('laptop', {}), /no machine "laptop"; there are selftest, edu\b/);
  });
});

async function whyNot(): Promise<string | false> {
  if (findTool('qemu-system-x86_64') === undefined) return 'there is no QEMU';
  if (findTool('cc') === undefined) return 'there is no C compiler';
  return (await cachedKernels()).length === 0 && 'no kernel is cached';
}

const noSysctl = 'the kernel has no /proc/sys';
const panicOnOom = '/proc/sys/vm/panic_on_oom';

describe('a virtual machine', { timeout: 240_000 }, () => {
  let machine: Machine | undefined;
  let reason: string | false;
  let subject: Process;
  let files: Files;

  beforeEach(async () => {
    reason = await whyNot();
    if (reason !== false) return;
    machine = await implementation.start({ machine: 'selftest', timeoutMs, settings: {} });
    subject = await machine.newProcess();
    files = new Files(await Scratch.of(subject));
  });
  afterEach(() => machine?.stop());

  it('tells what its kernel complains of, once', async (test) => {
    if (reason !== false) return test.skip(reason);
    await machine?.complaints();
    await files.write('/dev/kmsg', 'WARNING: made up\n');
    await files.write('/dev/kmsg', '---[ end trace 0 ]---\n');
    const lines = ['WARNING: made up', '---[ end trace 0 ]---'];
    assert.deepEqual(await machine?.complaints(), lines);
    assert.deepEqual(await machine?.complaints(), []);
  });

  it('that panics is broken, and says why', async (test) => {
    if (reason !== false) return test.skip(reason);
    if (!(await files.exists(panicOnOom))) return test.skip(noSysctl);
    await files.write(panicOnOom, '2');
    const everything = subject.mmap({
      address: 0n,
      length: 1n << 30n,
      protection: PROT_READ | PROT_WRITE,
      flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE,
      fd: -1,
      offset: 0n,
    });
    await assert.rejects(everything, /ended before it answered mmap:[^]*Kernel panic/);
  });
});
