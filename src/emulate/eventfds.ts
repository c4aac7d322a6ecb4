import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Eventfd } from '#reference/kernel/fs/eventfd.ts';
import type { EventfdWaiter } from '#reference/kernel/fs/eventfd.ts';

/** enum verb of native/eventfds/eventfds.c. */
const verbs = { adopt: 1, signal: 2, take: 3, peek: 4, watch: 5, ignore: 6, drop: 7 } as const;

/** Eventfds of programs: another process holds them, as this one can neither take an fd from a program nor write to it. */
export class Eventfds {
  private readonly keeper: ChildProcess;
  private readonly commands: number;
  private readonly answers: number;
  private readonly watched = new Map<number, () => void>();
  private readonly forgotten = new FinalizationRegistry<number>((handle) => {
    if (!this.isStopped) this.ask('drop', handle);
  });
  private isRefused = false;
  private isStopped = false;

  private constructor(keeper: ChildProcess, folder: string) {
    this.keeper = keeper;
    this.commands = openSync(join(folder, 'commands'), 'w');
    this.answers = openSync(join(folder, 'answers'), 'r');
  }

  /** `program`: the compiled keeper; `folder`: an empty one, for its pipes. */
  static async start(program: string, folder: string): Promise<Eventfds> {
    // Away from the terminal, whose signals are for the program: what it does about them may need its eventfds.
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const keeper = spawn(program, [folder], { stdio: [...stdio], detached: true });
    const lines = createInterface(keeper.stdout);
    const eventfds = await new Promise<Eventfds>((resolve, reject) => {
      lines.once('line', () => resolve(new Eventfds(keeper, folder)));
      keeper.once('error', reject);
      keeper.once('exit', (code) => reject(new Error(`the keeper of eventfds ended with ${code}`)));
    });
    lines.on('line', (handle) => eventfds.written(Number(handle)));
    return eventfds;
  }

  /** Of eventfds that are still there nothing is heard afterwards. */
  stop(): void {
    this.isStopped = true;
    this.keeper.kill();
  }

  /** That fd of a process; undefined where it may not be taken. */
  of(pid: number, fd: number): Eventfd | undefined {
    const handle = this.ask('adopt', pid, fd);
    if (handle < 0) return this.refuse();
    const eventfd = new HostEventfd(this, handle);
    this.forgotten.register(eventfd, handle);
    return eventfd;
  }

  ask(verb: keyof typeof verbs, subject: number, fd = 0): number {
    const command = Buffer.alloc(16);
    command.writeUInt32LE(verbs[verb], 0);
    command.writeInt32LE(subject, 4);
    command.writeInt32LE(fd, 8);
    writeSync(this.commands, command);
    const answer = Buffer.alloc(8);
    if (readSync(this.answers, answer) !== 8) throw new Error('the keeper of eventfds is gone');
    return Number(answer.readBigInt64LE(0));
  }

  watch(handle: number, written: () => void): void {
    this.watched.set(handle, written);
    this.ask('watch', handle);
  }

  ignore(handle: number): void {
    if (this.watched.delete(handle)) this.ask('ignore', handle);
  }

  private written(handle: number): void {
    const written = this.watched.get(handle);
    if (!written) return;
    written();
    this.ask('watch', handle);
  }

  private refuse(): undefined {
    if (!this.isRefused)
      process.stderr.write(
        'emulate: this system does not let the server take an eventfd of the program (pidfd_getfd): calls with ' +
          'eventfds fail with EINVAL; in a container, allow that call or give it CAP_SYS_PTRACE\n',
      );
    this.isRefused = true;
    return undefined;
  }
}

/** An eventfd that a program has made. */
class HostEventfd extends Eventfd {
  private readonly eventfds: Eventfds;
  private readonly handle: number;

  constructor(eventfds: Eventfds, handle: number) {
    super(0, 0);
    this.eventfds = eventfds;
    this.handle = handle;
  }

  override get isReadable(): boolean {
    return this.eventfds.ask('peek', this.handle) === 1;
  }

  override signal(): void {
    this.eventfds.ask('signal', this.handle);
  }

  override take(): bigint {
    const value = this.eventfds.ask('take', this.handle);
    return value < 0 ? 0n : BigInt(value);
  }

  override await(waiter: EventfdWaiter): () => void {
    this.eventfds.watch(this.handle, () => waiter.written());
    return () => this.eventfds.ignore(this.handle);
  }
}
