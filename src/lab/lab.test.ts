import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { temporaryFolder } from '#ending/temporary-folder.ts';
import { makeArguments, planOf } from './build.ts';
import { cached } from './cache.ts';
import { symbolsIn, unmet } from './config.ts';
import { folder, initramfs, program } from './initramfs.ts';
import { emulatorOf, majorVersionIn } from './emulator.ts';
import { hardwareOf } from './hardware.ts';
import { atLeast, bzImageRelease, isArmImage, kernelImage } from './kernel-image.ts';
import { cachedKernels, chooseKernel } from './kernels.ts';
import { allowNesting, copyTree, header, withNesting } from './nesting.ts';
import { agentArguments, qemuArguments } from './qemu.ts';
import { explained } from './selftests.ts';
import { versionIn } from './source.ts';
import { demandTools, LabError } from './tools.ts';

function setupHeader(text: string): Buffer {
  const setup = Buffer.alloc(0x4000);
  setup.write('HdrS', 0x202);
  setup.writeUInt16LE(0x3000, 0x20e);
  setup.write(text, 0x3200);
  return setup;
}

describe('the header of a bzImage', () => {
  it('tells the release up to the first blank', () => {
    assert.equal(bzImageRelease(setupHeader('6.12.117-amd64 (root@vm) #1 SMP')), '6.12.117-amd64');
  });

  it('is missing in other files', async () => {
    assert.equal(bzImageRelease(Buffer.alloc(0x4000)), undefined);
    assert.equal(bzImageRelease(Buffer.from('HdrS')), undefined);
    await assert.rejects(kernelImage(__filename), /is neither a bzImage of Linux for x86 nor/);
    await assert.rejects(kernelImage('/nowhere/bzImage'), /^LabError: kernel .* cannot be read/);
  });

  it('is another one for arm64', () => {
    const image = Buffer.alloc(64);
    image.write('ARM\x64', 56);
    assert.ok(isArmImage(image));
    assert.ok(!isArmImage(setupHeader('6.12')));
  });

  it('is beside what tells by which port the agent of an arm64 kernel is reached', async () => {
    const path = join(temporaryFolder(), 'Image');
    const said = 'Linux version 7.3.4-iommufd (root@vm)\0';
    for (const [text, port] of [
      [said, 'serial'],
      [`${said}virtio-ports\0`, 'virtio'],
    ] as const) {
      await writeFile(path, Buffer.concat([Buffer.alloc(56), Buffer.from(`ARM\x64${text}`)]));
      const image = { release: '7.3.4-iommufd', architecture: 'arm64', port };
      assert.deepEqual(await kernelImage(path), image);
    }
  });

  it('gives releases that compare by number', () => {
    assert.ok(atLeast('6.12.117-amd64', '6.12'));
    assert.ok(atLeast('6.12', '6.2'));
    assert.ok(atLeast('7.0-rc1', '6.19'));
    assert.ok(!atLeast('6.12.117', '6.13'));
  });
});

describe("tests of the kernel's own", () => {
  it('may need of the kernel what its headers do not have, which is said', () => {
    const said = "cannot compile: make: exit code 2\n  error: 'MOCK_PASID_WIDTH' undeclared";
    const { message } = explained(new LabError(said), '6.12.117');
    assert.match(message, /^the selftests of Linux 6\.12\.117 use .*\ncannot compile/);
    const other = new LabError('cannot compile: make: exit code 2\n  no space left');
    assert.equal(explained(other, '6.12.117'), other);
  });
});

describe('the configuration of a kernel', () => {
  const configuration = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="-x"\n# CONFIG_A=n\n';

  it('is read line by line', () => {
    assert.deepEqual(
      [...symbolsIn(configuration)],
      [
        ['CONFIG_A', 'y'],
        ['CONFIG_B', 'n'],
        ['CONFIG_C', '"-x"'],
      ],
    );
  });

  it('says which wishes were dropped', () => {
    assert.deepEqual(unmet('CONFIG_A=y\nCONFIG_D=y\n# CONFIG_E is not set\n', configuration), [
      'CONFIG_D=y',
    ]);
  });

  it('belongs to sources whose Makefile tells the version', () => {
    assert.equal(versionIn('VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 4\nEXTRAVERSION =\n'), '7.3.4');
    assert.equal(versionIn('all:\n'), undefined);
  });
});

describe('a build', () => {
  const options = { release: '6.12', say: () => undefined };

  it('is for x86-64 unless it is told otherwise', async () => {
    const plan = await planOf(options);
    const trees = { ...plan, tree: '/t', out: '/o' };
    assert.deepEqual(makeArguments(trees), ['-C', '/t', 'O=/o']);
    assert.equal(plan.target.path, 'arch/x86/boot/bzImage');
    assert.match(plan.fragment, /^CONFIG_INTEL_IOMMU=y$/m);
  });

  it('is for arm64 with the cross compiler of the distribution', async () => {
    const plan = await planOf({ ...options, arch: 'arm64' });
    assert.deepEqual(makeArguments({ ...plan, tree: '/t', out: '/o' }), [
      ...['-C', '/t', 'O=/o', 'ARCH=arm64', 'CROSS_COMPILE=aarch64-linux-gnu-'],
    ]);
    assert.equal(plan.target.image, 'Image');
    assert.match(plan.fragment, /^CONFIG_ARM_SMMU_V3_IOMMUFD=y$/m);
    assert.doesNotMatch(plan.fragment, /INTEL|AMD_IOMMU/);
    assert.ok(!plan.allowsNesting);
  });

  it('says in its release what was changed for a test', async () => {
    const plan = await planOf({ ...options, arch: 'arm64', nestingTestOnly: true });
    assert.match(plan.fragment, /^CONFIG_LOCALVERSION="-nesting-test-only"$/m);
    await assert.rejects(planOf({ ...options, nestingTestOnly: true }), /goes with --arch arm64/);
  });

  it('changes one line, or nothing at all', async () => {
    const decides = (body: string): string =>
      `static inline bool arm_smmu_master_canwbs(struct arm_smmu_master *master)\n{\n\t${body}\n}\n`;
    assert.equal(withNesting(decides('return a(b) &\n\t       C;')), decides('return true;'));
    assert.equal(withNesting('static int other(void)\n{\n\treturn 0;\n}\n'), undefined);
    const tree = temporaryFolder();
    await assert.rejects(allowNesting(tree), /build it without --nesting-test-only/);
    await mkdir(dirname(join(tree, header)), { recursive: true });
    await writeFile(join(tree, header), decides('return false;'));
    const copy = await copyTree(tree, join(temporaryFolder(), 'copy'));
    await allowNesting(copy);
    assert.equal(await readFile(join(copy, header), 'utf8'), decides('return true;'));
    assert.equal(await readFile(join(tree, header), 'utf8'), decides('return false;'));
  });
});

describe('an initramfs', () => {
  it('is a cpio archive with its members on borders of four bytes', () => {
    const archive = initramfs([folder('dev'), program('init', Buffer.from('abcde'))]);
    assert.equal(archive.length % 4, 0);
    const text = archive.toString('latin1');
    assert.equal(text.slice(0, 6), '070701');
    const init = text.indexOf('070701', 6);
    assert.equal(init % 4, 0);
    assert.equal(text.slice(init + 14, init + 22), '000081ed');
    assert.equal(text.slice(init + 54, init + 62), '00000005');
    assert.match(text, /TRAILER!!!/);
  });
});

describe('the command line of QEMU', () => {
  const machine = { architecture: 'x86_64', kernel: '/k', initramfs: '/i' } as const;

  it('has an IOMMU for edu devices, and none for mock devices', () => {
    const edu = qemuArguments({ ...machine, hardware: 'edu' }).join(' ');
    assert.match(edu, /-device intel-iommu/);
    assert.equal(edu.match(/-device edu,/g)?.length, 7);
    assert.doesNotMatch(qemuArguments({ ...machine, hardware: 'selftest' }).join(' '), /iommu/);
  });

  it('has an SMMUv3 of the board on arm64', () => {
    const arm = { ...machine, architecture: 'arm64' } as const;
    const both = qemuArguments({ ...arm, hardware: 'smmuv3' }).join(' ');
    assert.match(both, /-machine virt,iommu=smmuv3,gic-version=3 /);
    assert.equal(both.match(/-device edu,/g)?.length, 3);
    const groups = qemuArguments({ ...arm, hardware: 'smmuv3-groups' }).join(' ');
    assert.match(groups, /-machine virt,iommu=smmuv3,gic-version=3 /);
    assert.equal(groups.match(/-device edu,/g)?.length, 5);
    assert.match(
      qemuArguments({ ...arm, hardware: 'smmuv3-stage1' }).join(' '),
      /-machine virt-9\.1,/,
    );
    assert.doesNotMatch(qemuArguments({ ...arm, hardware: 'selftest' }).join(' '), /smmuv3/);
  });

  it('is for a QEMU of some version', () => {
    assert.equal(majorVersionIn('QEMU emulator version 10.0.2 (Debian 1:10.0.2)\nCopyright'), 10);
    assert.equal(majorVersionIn('no QEMU'), 0);
  });

  it('has machines that only some versions of QEMU have', () => {
    const [old, recent] = [hardwareOf('x86_64', [7]), hardwareOf('x86_64', [10])];
    assert.ok(old.includes('amd-iommu') && !old.includes('edu-first-stage'));
    assert.ok(!recent.includes('amd-iommu') && recent.includes('edu-first-stage'));
    assert.deepEqual(hardwareOf('x86_64', [7, 10]), hardwareOf('x86_64'));
  });

  it('tells the agent of a serial port, and leaves virtio-serial to be found by its name', () => {
    const arm = { ...machine, architecture: 'arm64', hardware: 'smmuv3' } as const;
    const serial = qemuArguments({ ...arm, port: 'serial' }).at(-1) ?? '';
    assert.match(serial, / AGENT_PORT=\/dev\/ttyAMA1\b/);
    assert.match(agentArguments('serial', 'smmuv3').join(' '), /-serial chardev:agent$/);
    const virtio = qemuArguments({ ...arm, port: 'virtio' }).at(-1) ?? '';
    assert.doesNotMatch(virtio, /AGENT_PORT/);
    assert.match(agentArguments('virtio', 'smmuv3').join(' '), /virtserialport,chardev=agent/);
  });

  it('takes further words for the kernel', () => {
    const line = qemuArguments({ ...machine, hardware: 'selftest', parameters: ['a=1', 'b'] });
    assert.match(line[line.indexOf('-append') + 1] ?? '', / a=1 b$/);
  });
});

describe('tools', () => {
  it('are asked for with the packages that bring them', async () => {
    const { PATH: path, XDG_CACHE_HOME: cache } = process.env;
    Object.assign(process.env, { PATH: '/nowhere', XDG_CACHE_HOME: '/nowhere' });
    try {
      assert.throws(
        () => demandTools(['qemu-system-x86_64', 'flex'], 'try'),
        /needed to try: qemu-system-x86_64, flex \(on Debian: apt install qemu-system-x86 flex\)/,
      );
      await assert.rejects(emulatorOf('x86_64'), /apt install qemu-system-x86\)/);
    } finally {
      process.env['PATH'] = path;
      if (cache === undefined) delete process.env['XDG_CACHE_HOME'];
      else process.env['XDG_CACHE_HOME'] = cache;
    }
  });
});

describe('the cache', () => {
  let home: string;
  const before_ = process.env['XDG_CACHE_HOME'];

  before(() => {
    home = temporaryFolder();
    process.env['XDG_CACHE_HOME'] = home;
  });
  after(() => {
    if (before_ === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = before_;
  });

  async function addKernel(name: string, image = 'bzImage'): Promise<void> {
    const kernels = join(home, 'iommufd-conformance/kernels', name);
    await mkdir(kernels, { recursive: true });
    await writeFile(join(kernels, image), '');
  }

  it('has kernels by the beginning of their names', async () => {
    await assert.rejects(chooseKernel(), /no kernel is cached: build one/);
    for (const name of ['6.12.117-a', '6.9.1-b', '7.3.4-c']) await addKernel(name);
    const names = (await cachedKernels()).map(({ name }) => name);
    assert.deepEqual(names, ['6.9.1-b', '6.12.117-a', '7.3.4-c']);
    assert.match(await chooseKernel(), /7\.3\.4-c/);
    assert.match(await chooseKernel('6.12'), /6\.12\.117-a/);
    await assert.rejects(chooseKernel('6.1'), /no kernel 6\.1 is cached \(there are 6\.9\.1-b, /);
    assert.equal(await chooseKernel('/boot/vmlinuz'), '/boot/vmlinuz');
    await addKernel('arm64-7.3.4-d', 'Image');
    assert.match(await chooseKernel(), /7\.3\.4-c/);
    assert.match(await chooseKernel('7.3'), /7\.3\.4-c/);
    assert.match(await chooseKernel('arm64'), /arm64-7\.3\.4-d\/Image$/);
  });

  it('makes a thing once, and keeps nothing of one that failed', async () => {
    const path = join(home, 'thing');
    const fails = cached(path, () => Promise.reject(new Error('no')));
    await assert.rejects(fails, /no/);
    let made = 0;
    const make = async (unfinished: string): Promise<void> => {
      made++;
      await writeFile(unfinished, 'x');
    };
    assert.equal(await cached(path, make), path);
    assert.equal(await cached(path, make), path);
    assert.equal(made, 1);
  });
});
