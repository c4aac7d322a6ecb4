import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

import { failure } from '#uapi/errno.ts';
import type { Machine } from '#reference/machine/machine.ts';

import type { Rules } from './credentials.ts';
import type { CallObserver } from './calls.ts';
import type { Eventfds } from './eventfds.ts';
import { BorrowedFrames } from './memory/borrowed-frames.ts';
import { SharedFiles } from './memory/shared-files.ts';
import { answerFlags, encode, RequestReader } from './messages.ts';
import type { Answer, Request } from './messages.ts';
import type { PlannedFault } from './planned-fault.ts';
import { ServedFiles } from './served-files.ts';
import { ServedProcess } from './served-process.ts';
import type { World } from './served-process.ts';
import type { View } from './view.ts';

export interface ServerOptions {
  readonly machine: Machine;
  readonly view: View;
  readonly rules: Rules;
  readonly eventfds: Eventfds;
  /** Of a socket, which is made. */
  readonly path: string;
  /** Told of each call. */
  readonly observers: readonly CallObserver[];
  /** What fails in the calls. */
  readonly fault: PlannedFault | undefined;
  /** Told what the user has to know; one line. */
  readonly complain: (what: string) => void;
}

type Receive = (request: Request) => void;

/** A process, and its connections for calls. */
interface Connected {
  readonly process: ServedProcess;
  connections: number;
}

/**
 * Carries out the calls of programs on a machine of the reference, one after the other. The last connection of a process
 * ends with it, however it ends, and that of a file with its last fd.
 */
export class EmulationServer {
  /** The reference broke a rule of its own in one of the calls. */
  hasBroken = false;
  private readonly world: World;
  private readonly processes = new Map<number, ServedProcess>();
  /** By number and program: exec() makes another one of a process. */
  private readonly callers = new Map<string, Connected>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private readonly observers: readonly CallObserver[];

  private constructor(options: ServerOptions) {
    const { machine, view, rules, eventfds, observers, fault, complain } = options;
    this.observers = observers;
    const frames = new BorrowedFrames(machine.hardware.pages);
    const files = { served: new ServedFiles(), memory: new SharedFiles(frames), eventfds };
    this.world = { ...files, machine, view, rules, fault, complain, processes: this.processes };
    this.server = createServer((socket) => this.accept(socket));
  }

  static async listen(options: ServerOptions): Promise<EmulationServer> {
    const emulation = new EmulationServer(options);
    await new Promise<void>((resolve, reject) => {
      emulation.server.once('error', reject);
      emulation.server.listen(options.path, 511, resolve);
    });
    return emulation;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  /** How many files programs have open. */
  get openFiles(): number {
    return this.world.served.count;
  }

  /** How many pages of programs are pinned. */
  get pinnedPages(): number {
    const { frames } = this.world.memory;
    frames.sweep(true);
    return frames.inUse;
  }

  private accept(socket: Socket): void {
    const reader = new RequestReader();
    let receive: Receive | undefined = (request) => (receive = this.begin(socket, request));
    this.sockets.add(socket);
    // The program was killed, and what it asked for has no taker.
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (bytes: Buffer) => {
      try {
        if (receive) for (const request of reader.read(bytes)) receive?.(request);
      } catch (error) {
        if (!(error instanceof RangeError)) this.complain(error);
        else this.world.complain(`a connection is closed that is none of ours: ${error.message}`);
        socket.destroy();
      }
    });
  }

  /** The first message of a connection. Returns what is done with the others; undefined where nobody listens. */
  private begin(socket: Socket, request: Request): Receive | undefined {
    if (request.operation === 'FUTURE_FILE') return this.expectFile(socket, request);
    if (request.operation === 'HELLO') return this.greet(socket, request);
    throw new RangeError(`a connection begins with ${request.operation}`);
  }

  /** Who writes to the fd past the library is not heard. */
  private expectFile(socket: Socket, { inode }: Request): undefined {
    this.world.served.expect(inode, socket);
    socket.on('close', () => this.guarded(() => this.world.served.ended(inode)));
    socket.write(encode({ result: 0 }));
    return undefined;
  }

  private greet(socket: Socket, request: Request): Receive | undefined {
    const [pid, image] = request.arguments;
    const key = `${pid}:${image}`;
    const caller = this.callers.get(key) ?? this.meet(key, Number(pid));
    if (!caller) return refuse(socket);
    caller.connections += 1;
    socket.on('close', () => this.part(key, caller));
    socket.write(encode({ result: 0 }));
    return (next) => this.serve(socket, caller.process, next);
  }

  /** Undefined for a process that this one may not look at, or that is gone. */
  private meet(key: string, pid: number): Connected | undefined {
    const process = this.look(pid);
    if (!process) return undefined;
    const caller = { process, connections: 0 };
    this.callers.set(key, caller);
    this.processes.set(pid, caller.process);
    return caller;
  }

  private look(pid: number): ServedProcess | undefined {
    try {
      return new ServedProcess(pid, this.world);
    } catch (error) {
      // It was killed meanwhile.
      if (isGone(error)) return undefined;
      const why = error instanceof Error ? error.message : String(error);
      const advice =
        'the memory of a program has to be open to the server (kernel.yama.ptrace_scope)';
      this.world.complain(`process ${pid} cannot be served: ${why}; ${advice}`);
      return undefined;
    }
  }

  private part(key: string, caller: Connected): void {
    caller.connections -= 1;
    if (caller.connections > 0) return;
    const { process } = caller;
    this.callers.delete(key);
    if (this.processes.get(process.pid) === process) this.processes.delete(process.pid);
    this.guarded(() => process.exit());
    this.world.memory.frames.sweep(true);
    this.world.memory.sweep();
  }

  private serve(socket: Socket, process: ServedProcess, request: Request): void {
    const ended = this.observe(process, request);
    if (request.operation === 'CLOSED') return this.afterClose(socket, ended);
    const answer = this.guarded(() => process.carryOut(request)) ?? { result: failure('EIO') };
    if (answer instanceof Promise)
      void answer
        .catch((error) => this.broke(error))
        .then((later) => this.reply(socket, later, ended));
    else this.reply(socket, answer, ended);
  }

  /** Returns what is to be told of the answer. */
  private observe(process: ServedProcess, request: Request): (answer: Answer) => void {
    if (this.observers.length === 0) return () => undefined;
    const caller = process.caller(request);
    const ended = this.observers.map((observer) => observer.begin(request, caller));
    return (answer) => ended.forEach((tell) => tell(answer));
  }

  private reply(socket: Socket, answer: Answer, ended?: (answer: Answer) => void): void {
    const isYetToBeMade = ((answer.flags ?? 0) & answerFlags.makeFiles) !== 0;
    if (!isYetToBeMade) ended?.(answer);
    this.settle();
    socket.write(encode(answer));
  }

  /** The end of the file's connection came before this message; it is seen in this turn of the loop or the next. */
  private afterClose(socket: Socket, ended?: (answer: Answer) => void): void {
    setImmediate(() => setImmediate(() => this.reply(socket, { result: 0 }, ended)));
  }

  /** What the call has caused elsewhere. */
  private settle(): void {
    this.guarded(() => this.world.machine.hardware.interrupts.take());
    this.world.served.mark();
    this.world.memory.frames.sweep(false);
  }

  private guarded<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.broke(error);
      return undefined;
    }
  }

  private broke(error: unknown): Answer {
    this.complain(error);
    this.hasBroken = true;
    return { result: failure('EIO') };
  }

  private complain(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.world.complain(text);
  }
}

/** Of a process that is no more, or is nothing but its exit code. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function refuse(socket: Socket): undefined {
  socket.end(encode({ result: failure('EPERM') }));
  return undefined;
}
