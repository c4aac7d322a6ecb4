import type { Readable, Writable } from 'node:stream';

import { ImplementationBroken, ImplementationHung } from '#port/implementation.ts';
import { excerpt, flaw, jsonOf } from './check.ts';
import { defaultLongestLine, LineSplitter } from './lines.ts';
import { methods, protocolVersion } from './messages.ts';
import type { Method, Params, Result } from './messages.ts';
import { Outgoing } from './outgoing.ts';

export interface Connection {
  /** Who is at the other end, to begin a sentence: `adapter ./my-kernel`. */
  readonly name: string;
  readonly input: Readable;
  readonly output: Writable;
  /** A call that is not answered in this time makes the connection broken. */
  readonly timeoutMs: number;
  /** Characters of the longest answer; 16 Mi by default. */
  readonly longestLine?: number;
  /**
   * Asked once, when the stream ended or could not be written to: what became of the other side, to end a sentence:
   * `it exited with code 3`. Takes at most a moment.
   */
  readonly obituary?: () => Promise<string>;
  /** What the other side said last outside of the protocol, oldest first; goes below every failure. */
  readonly lastWords?: () => readonly string[];
  /** Told once. From then on every call rejects with that error. */
  readonly onBroken?: (error: ImplementationBroken) => void;
}

interface Pending {
  readonly method: Method;
  /** On the clock of performance.now(). */
  readonly deadline: number;
  readonly timeoutMs: number;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Response {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: unknown };
}

/** The calling end of a wire. Calls go out in the order in which they are made, without waiting for answers. */
export class Client {
  private readonly connection: Connection;
  private readonly pending = new Map<number, Pending>();
  private readonly onData: (chunk: Buffer) => void;
  private lastId = 0;
  private readonly outgoing = new Outgoing((lines) => {
    if (this.reason === undefined && !this.ending) this.connection.output.write(lines);
  });
  private watch: NodeJS.Timeout | undefined;
  private watchedUntil = Infinity;
  private ending = false;
  private reason: ImplementationBroken | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
    const longest = connection.longestLine ?? defaultLongestLine;
    const splitter = new LineSplitter(
      {
        line: (line) => this.receive(line),
        tooLong: () => this.fail(`sent a line longer than ${longest} characters`),
      },
      longest,
    );
    this.onData = (chunk) => splitter.push(chunk);
    connection.input.on('data', this.onData);
    connection.input.once('end', () => void this.end());
    connection.input.once('close', () => void this.end());
    connection.input.on('error', () => void this.end());
    connection.output.on('error', () => void this.end());
  }

  /** Undefined as long as all is well. */
  get broken(): ImplementationBroken | undefined {
    return this.reason;
  }

  /** What a call may take, unless it says otherwise. */
  get timeoutMs(): number {
    return this.connection.timeoutMs;
  }

  /** `timeoutMs` replaces that of the connection, for calls that are slow by nature. */
  call<M extends Method>(
    method: M,
    params: Params<M>,
    timeoutMs = this.connection.timeoutMs,
  ): Promise<Result<M>> {
    if (this.reason !== undefined) return Promise.reject(this.reason);
    const id = ++this.lastId;
    this.outgoing.send(
      `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${JSON.stringify(params)}}\n`,
    );
    return new Promise<Result<M>>((resolve, reject) => {
      const deadline = performance.now() + timeoutMs;
      this.pending.set(id, { method, deadline, timeoutMs, resolve, reject });
      if (deadline < this.watchedUntil) this.watchUntil(deadline);
    });
  }

  /** Breaks the connection: `what` completes a sentence that begins with the name. */
  fail(what: string, Kind = ImplementationBroken): void {
    if (this.reason !== undefined) return;
    const words = (this.connection.lastWords?.() ?? []).map((line) => `\n  | ${line}`);
    this.reason = new Kind(`${this.connection.name} ${what}${words.join('')}`);
    clearTimeout(this.watch);
    this.connection.input.off('data', this.onData);
    this.connection.input.resume();
    for (const { reject } of this.pending.values()) reject(this.reason);
    this.pending.clear();
    this.connection.onBroken?.(this.reason);
  }

  /** As fail(), where an answer turns out to be wrong after its call was resolved. */
  refuse(what: string): never {
    this.fail(what);
    throw this.reason ?? new ImplementationBroken(what);
  }

  private receive(line: string): void {
    if (this.reason !== undefined) return;
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      return this.fail(
        `sent a line that is not JSON: ${excerpt(line)} (standard output belongs to the protocol; ` +
          'write everything else to standard error)',
      );
    }
    if (!isResponse(message)) {
      return this.fail(`sent a line that is not a JSON-RPC response: ${excerpt(line)}`);
    }
    this.answer(message, line);
  }

  private answer(response: Response, line: string): void {
    const { id, error } = response;
    const call = this.pending.get(id as number);
    if (call === undefined) return this.fail(this.strayAnswer(response, line));
    if (error !== undefined) {
      const message = typeof error?.message === 'string' ? error.message : jsonOf(error);
      return this.fail(`answered ${call.method} with an error: ${message}`);
    }
    const version = (response.result as { readonly protocol?: unknown } | null)?.protocol;
    if (call.method === 'hello' && typeof version === 'number' && version !== protocolVersion) {
      return this.fail(`speaks version ${version} of the protocol; expected ${protocolVersion}`);
    }
    const deviation = flaw(methods[call.method][1], response.result);
    if (deviation !== undefined) {
      return this.fail(`answered ${call.method} wrongly: result${deviation}`);
    }
    this.pending.delete(id as number);
    call.resolve(response.result);
  }

  private strayAnswer({ id, error }: Response, line: string): string {
    if (id === null && error !== undefined) return `did not understand a request: ${excerpt(line)}`;
    const repeated = Number.isInteger(id) && (id as number) > 0 && (id as number) <= this.lastId;
    return repeated
      ? `answered request ${String(id)} twice: ${excerpt(line)}`
      : `answered a request that was never made: ${excerpt(line)}`;
  }

  /** One timer for all calls: a timer for each would be a good part of the price of a call. */
  private watchUntil(deadline: number): void {
    clearTimeout(this.watch);
    this.watchedUntil = deadline;
    // An answer may lie in the pipe because this side was busy: read before judging.
    const look = (): unknown => setImmediate(() => this.judge());
    this.watch = setTimeout(look, deadline - performance.now()).unref();
  }

  private judge(): void {
    this.watchedUntil = Infinity;
    if (this.reason !== undefined) return;
    const now = performance.now();
    let next = Infinity;
    for (const { method, deadline, timeoutMs } of this.pending.values()) {
      if (deadline <= now) return this.fail(overdue(method, timeoutMs), ImplementationHung);
      next = Math.min(next, deadline);
    }
    if (next < Infinity) this.watchUntil(next);
  }

  private async end(): Promise<void> {
    if (this.ending || this.reason !== undefined) return;
    this.ending = true;
    const fate = await (this.connection.obituary?.() ?? 'the connection closed');
    const [oldest] = this.pending.values();
    const when = oldest === undefined ? '' : ` before it answered ${oldest.method}`;
    this.fail(`ended${when}: ${fate}`);
  }
}

function isResponse(message: unknown): message is Response {
  if (typeof message !== 'object' || message === null || !('id' in message)) return false;
  return 'result' in message || 'error' in message;
}

function overdue(method: Method, timeoutMs: number): string {
  return (
    `did not answer ${method} within ${timeoutMs} ms; if it is only slow, allow it more time, ` +
    'else look for a call that waits for ever or an answer that was not flushed'
  );
}

export function connect(connection: Connection): Client {
  return new Client(connection);
}
