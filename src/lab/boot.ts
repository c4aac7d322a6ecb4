import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';

import { cached, cachePath } from './cache.ts';
import type { Hardware } from './hardware.ts';
import { consoleNode, folder, initramfs, program } from './initramfs.ts';
import { qemuArguments } from './qemu.ts';
import { demandTools, findTool } from './tools.ts';

/** The first process of a machine that is driven by hand. */
const script = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /tmp
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mount -t debugfs debugfs /sys/kernel/debug
/bin/busybox --install -s /bin
echo "Linux $(uname -r). 'poweroff -f' or Ctrl-A X ends this machine."
setsid cttyhack sh
poweroff -f
`;

async function root(): Promise<string> {
  return cached(cachePath('shell.cpio'), async (path) => {
    const busybox = await readFile(findTool('busybox') ?? '');
    const files = [program('bin/busybox', busybox), program('init', Buffer.from(script))];
    await writeFile(path, initramfs([folder('dev'), consoleNode, folder('bin'), ...files]));
  });
}

/** A shell in a virtual machine, on this terminal. Resolves with QEMU's exit code. */
export async function boot(kernel: string, hardware: Hardware): Promise<number> {
  demandTools(['qemu-system-x86_64', 'busybox'], 'run a virtual machine by hand');
  const machine = { kernel, initramfs: await root(), hardware };
  const args = [...qemuArguments(machine), '-serial', 'mon:stdio'];
  const child = spawn('qemu-system-x86_64', args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
