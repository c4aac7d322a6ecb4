import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import type { Machine } from '#port/implementation.ts';
import { ImplementationBroken } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import { featuresOfImage } from './probe.ts';

/** A process for which every call returns that. */
function processOf(result: number): Process {
  const answer = async (): Promise<number> => result;
  const memory = { mmap: async () => 0x1000n, store: async () => undefined };
  const load = async (_: bigint, length: number): Promise<Uint8Array> => new Uint8Array(length);
  return { ...memory, load, open: answer, close: answer, ioctl: answer } as unknown as Process;
}

describe('what a kernel says for itself', () => {
  const before_ = { ...process.env };
  let folder: string;
  let boots = 0;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'probe-'));
    process.env['XDG_CACHE_HOME'] = folder;
  });
  after(() => {
    process.env = before_;
    rmSync(folder, { recursive: true });
  });

  function image(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  const machineOf = (result: number) => async (): Promise<Machine> => {
    boots++;
    const newProcess = async (): Promise<Process> => processOf(result);
    return { newProcess, stop: async () => {} } as unknown as Machine;
  };

  it('is asked once, whatever the file is called', async () => {
    const one = image('one', 'a kernel');
    const told = ['vfio-container', 'noiommu-device', 'emulated-device'];
    assert.deepEqual(await featuresOfImage(one, machineOf(0)), told);
    assert.deepEqual(await featuresOfImage(one, machineOf(-2)), told);
    assert.deepEqual(await featuresOfImage(image('same', 'a kernel'), machineOf(-2)), told);
    assert.equal(boots, 1);
  });

  it('is nothing where the node is missing, and where the kernel does not come up', async () => {
    assert.deepEqual(await featuresOfImage(image('other', 'another kernel'), machineOf(-2)), []);
    const dead = async (): Promise<Machine> => {
      throw new ImplementationBroken('no kernel');
    };
    assert.deepEqual(await featuresOfImage(image('dead', 'a third kernel'), dead), []);
  });
});
