import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';

import { cached, cachePath } from './cache.ts';
import { emulatorOf } from './emulator.ts';
import { hardwareOf } from './hardware.ts';
import type { Hardware } from './hardware.ts';
import { consoleNode, folder, initramfs, program } from './initramfs.ts';
import { kernelImage } from './kernel-image.ts';
import { qemuArguments } from './qemu.ts';
import { demandTools, findTool, LabError } from './tools.ts';

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
  const { architecture } = await kernelImage(kernel);
  if (architecture !== 'x86_64') {
    throw new LabError(`${kernel} is of ${architecture}: there is a shell for x86_64 only`);
  }
  const known = hardwareOf(architecture);
  if (!known.includes(hardware)) {
    throw new LabError(`${architecture} has no machine ${hardware}; there are ${known.join(', ')}`);
  }
  demandTools(['busybox'], 'run a virtual machine by hand');
  const { command } = await emulatorOf(architecture, hardware);
  const [qemu, ...first] = command;
  const machine = { architecture, kernel, initramfs: await root(), hardware };
  const args = [...first, ...qemuArguments(machine), '-serial', 'mon:stdio'];
  const child = spawn(qemu, args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
