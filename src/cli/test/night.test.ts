import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';

import { kernelOf, night } from './night.ts';

const kernels = [kernelOf('/boot/bzImage-7.3.4-type1'), kernelOf('./my-kernel')];
const stages = night('reports/none', { seed: 20261130, kernels });

test('a night has each kind of layout once', () => {
  const text = stages
    .map(({ command }) => command.join(' '))
    .filter((one) => one.includes('random --'));
  const drawn = text.map((one) => Number(/layout=(\d+)/.exec(one)?.[1]) % 16);
  deepEqual(
    drawn.sort((a, b) => a - b),
    Array.from({ length: 16 }, (_, index) => index),
  );
});

test('a kernel is measured by what is known of its release, where something is', () => {
  const command = (name: string): string =>
    stages.find((stage) => stage.name === name)?.command.join(' ') ?? '';
  ok(command('the suite on bzImage-7.3.4-type1').includes('linux-7.3.txt'));
  ok(command('the suite on my-kernel').endsWith('kernel=./my-kernel'));
});

test('another night draws other lots', () => {
  const [one, other] = [1, 2].map((seed) => night('reports/none', { seed, kernels: [] }));
  ok(one?.every(({ name }) => !/^layout [1-9]/.test(name) || !other?.some((o) => o.name === name)));
});
