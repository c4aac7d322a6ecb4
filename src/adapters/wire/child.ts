import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Duplex } from 'node:stream';

import { atEnd } from '#ending/at-end.ts';
import { killIfKilled } from '#ending/guardian.ts';
import { LineSplitter } from './lines.ts';

export interface ChildOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** Let a shell take `command` apart; `args` stay empty. */
  readonly shell?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Copy what the child says on its standard error to ours. */
  readonly passStderr?: boolean;
  /** Told each line of its standard error. */
  readonly onStderrLine?: (line: string) => void;
  /** How many sockets the child gets as fd 3 and up. */
  readonly extraSockets?: number;
}

export interface Child {
  readonly stdin: ChildProcessWithoutNullStreams['stdin'];
  readonly stdout: ChildProcessWithoutNullStreams['stdout'];
  /** Our ends of the extra sockets. */
  readonly sockets: readonly Duplex[];
  /** What became of it, to end a sentence. Waits for its end for a moment. */
  fate(): Promise<string>;
  /** The last lines on its standard error, oldest first. */
  lastWords(): readonly string[];
  /** Closes its input, lets it end by itself for `graceMs`, then kills it with all its descendants. */
  stop(graceMs?: number): Promise<void>;
}

const keptLines = 50;
const shownLines = 10;
const longestKeptLine = 1000;
/** How long after the end of its output a child may take to be gone. */
const lastWordsMs = 500;

/** Starts a program in a process group of its own, which never outlives this process. */
export function spawnChild(options: ChildOptions): Child {
  const running = new RunningChild(options);
  // In a group of its own, it does not get the terminal's Ctrl-C.
  const callOff = atEnd(() => running.kill());
  const forget = running.group === undefined ? undefined : killIfKilled(running.group);
  void running.gone.then(() => {
    callOff();
    forget?.();
  });
  return running;
}

class RunningChild implements Child {
  readonly stdin: Child['stdin'];
  readonly stdout: Child['stdout'];
  readonly sockets: readonly Duplex[];
  /** Resolved when it has ended and its output is read. */
  readonly gone: Promise<void>;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lastLines: string[] = [];
  private spawnError: Error | undefined;
  private killed = false;

  constructor(options: ChildOptions) {
    const { command, args = [], shell = false, environment, extraSockets = 0 } = options;
    const env = { ...process.env, ...environment };
    const stdio = Array.from({ length: 3 + extraSockets }, () => 'pipe' as const);
    const child = spawn(command, args, { env, shell, detached: true, stdio });
    this.child = child;
    this.stdin = this.child.stdin;
    this.stdout = this.child.stdout;
    this.sockets = this.child.stdio.slice(3) as Duplex[];
    this.gone = new Promise((resolve) => {
      this.child.once('close', () => resolve());
      this.child.once('error', (error) => {
        this.spawnError = error;
        resolve();
      });
    });
    this.keepStderr(options);
  }

  private keepStderr({ passStderr = false, onStderrLine }: ChildOptions): void {
    const line = (text: string): void => {
      onStderrLine?.(text);
      this.lastLines.push(text);
      if (this.lastLines.length > keptLines) this.lastLines.shift();
    };
    const splitter = new LineSplitter(
      { line, tooLong: () => line('(a very long line)') },
      longestKeptLine,
    );
    this.child.stderr.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
      if (passStderr) process.stderr.write(chunk);
    });
    this.child.stderr.on('end', () => splitter.push(Buffer.from('\n')));
  }

  /** Undefined for one that did not start. */
  get group(): number | undefined {
    return this.child.pid;
  }

  async fate(): Promise<string> {
    await this.wait(lastWordsMs);
    const { exitCode, signalCode } = this.child;
    if (this.spawnError !== undefined) return `it did not start: ${this.spawnError.message}`;
    if (exitCode !== null) return `it exited with code ${exitCode}`;
    if (signalCode !== null) return `it was killed by ${signalCode}`;
    return 'it closed its standard input or output, but still runs';
  }

  lastWords(): readonly string[] {
    return this.lastLines.slice(-shownLines);
  }

  async stop(graceMs = 1000): Promise<void> {
    this.stdin.end();
    await this.wait(graceMs);
    this.kill();
    // A descendant that left the group may hold the pipes.
    await this.wait(lastWordsMs);
    const { stdin, stdout, child, sockets } = this;
    for (const stream of [stdin, stdout, child.stderr, ...sockets]) stream.destroy();
  }

  kill(): void {
    const { pid } = this.child;
    // Once only: the number of a group that is gone may be given to another.
    if (pid === undefined || this.killed) return;
    this.killed = true;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The group is gone, or this system has no process groups.
      this.child.kill('SIGKILL');
    }
  }

  private async wait(limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs);
    });
    await Promise.race([this.gone, limit]);
    clearTimeout(timer);
  }
}
