import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { painter } from '../style.ts';
import { root } from '../version.ts';
import { runStages, type Report, type Stage } from './stage.ts';

function show({ name, passed, failed, seconds, output, note }: Report): void {
  const paint = painter(process.stdout);
  const verdict = failed === 0 ? paint('green', 'ok') : paint('red', 'FAILED');
  console.log(`${verdict} ${name}: ${passed} passed, ${failed} failed (${seconds.toFixed(1)} s)`);
  if (note !== undefined) console.log(`  not tried: ${note}`);
  if (output !== '') console.log(output.replaceAll(/^/gm, '  '));
}

/**
 * Runs the stages, `width` at a time, with their reports below reports/`name`, which is emptied first; the last line that
 * is printed is for machines.
 */
export async function runAll(
  name: string,
  width: number,
  stages: (folder: string) => readonly Stage[],
): Promise<void> {
  const folder = join(root, 'reports', name);
  rmSync(folder, { recursive: true, force: true });
  const reports = await runStages(stages(folder), width, show);
  const sum = (key: 'passed' | 'failed'): number =>
    reports.reduce((total, report) => total + report[key], 0);
  const failed = sum('failed');
  if (failed > 0) console.log(`reports of the runs: ${folder}`);
  console.log(`\n${sum('passed')} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
