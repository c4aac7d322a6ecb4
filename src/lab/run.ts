import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { LabError } from './tools.ts';

export interface Job {
  /** Completes "cannot". */
  readonly purpose: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Told each line of its standard output. */
  readonly onLine?: (line: string) => void;
}

/** What is shown of the output of a job that failed. */
const shownLines = 20;

/** Runs a program of the toolchain to its end. Rejects with its last words where it fails. */
export function run({ purpose, command, args, onLine }: Job): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const last: string[] = [];
  const keep = (line: string): void => {
    last.push(line);
    if (last.length > shownLines) last.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  createInterface({ input: child.stdout }).on('line', (line) => {
    keep(line);
    onLine?.(line);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new LabError(`cannot ${purpose}: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      const end = signal ?? `exit code ${code}`;
      reject(new LabError(`cannot ${purpose}: ${command}: ${end}\n  ${last.join('\n  ')}`));
    });
  });
}

/** The same for a short job whose output is wanted. */
export async function output(job: Omit<Job, 'onLine'>): Promise<string> {
  const lines: string[] = [];
  await run({ ...job, onLine: (line) => lines.push(line) });
  return lines.join('\n');
}
