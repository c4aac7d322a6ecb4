import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

interface Message {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
  readonly event?: string;
}

const RETRY_MS = 50;

/** QEMU's monitor, over a socket (QMP): one command at a time. */
export class Monitor {
  private readonly socket: Socket;
  private readonly seen = new Set<string>();
  private answer: ((message: Message) => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    // QEMU ends, or is killed.
    socket.on('error', () => undefined);
    createInterface(socket)
      .on('line', (line) => this.receive(JSON.parse(line) as Message))
      .on('error', () => undefined);
  }

  /** Waits until QEMU listens at that path, or `signal` is aborted. */
  static async connect(path: string, signal: AbortSignal): Promise<Monitor> {
    for (;;) {
      const socket = createConnection(path);
      try {
        await once(socket, 'connect', { signal });
        const monitor = new Monitor(socket);
        await monitor.ask('qmp_capabilities');
        return monitor;
      } catch (error) {
        socket.destroy();
        if (signal.aborted) throw error;
        await setTimeout(RETRY_MS, undefined, { signal });
      }
    }
  }

  /** Throws what QEMU says. */
  async ask(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const answer = new Promise<Message>((resolve) => (this.answer = resolve));
    this.socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    const message = await answer;
    if (message.error) throw new Error(`QEMU's monitor: ${command}: ${message.error.desc}`);
    return message.return;
  }

  /** Whether QEMU has told of that event. */
  hasSeen(event: string): boolean {
    return this.seen.has(event);
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(message: Message): void {
    if (message.event !== undefined) this.seen.add(message.event);
    if (!('return' in message || 'error' in message)) return;
    this.answer?.(message);
    this.answer = undefined;
  }
}
