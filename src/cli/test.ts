import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { painter } from './style.ts';
import { runStages, type Report } from './test/stage.ts';
import { stages } from './test/stages.ts';
import { root } from './version.ts';

/** `npm test`: everything that can be said without a real kernel; the last line is for machines. */

/** Stages at once: as many as the machine that this is meant for has cores. */
const width = 2;

function show({ name, passed, failed, seconds, output, note }: Report): void {
  const paint = painter(process.stdout);
  const verdict = failed === 0 ? paint('green', 'ok') : paint('red', 'FAILED');
  console.log(`${verdict} ${name}: ${passed} passed, ${failed} failed (${seconds.toFixed(1)} s)`);
  if (note !== undefined) console.log(`  not tried: ${note}`);
  if (output !== '') console.log(output.replaceAll(/^/gm, '  '));
}

async function main(): Promise<void> {
  const folder = join(root, 'reports', 'test');
  rmSync(folder, { recursive: true, force: true });
  const reports = await runStages(stages(folder), width, show);
  const sum = (key: 'passed' | 'failed'): number =>
    reports.reduce((total, report) => total + report[key], 0);
  const failed = sum('failed');
  if (failed > 0) console.log(`reports of the runs: ${folder}`);
  console.log(`\n${sum('passed')} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

void main();
