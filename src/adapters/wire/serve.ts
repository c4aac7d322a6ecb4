import type { Readable, Writable } from 'node:stream';

import type { Implementation, StartOptions } from '#port/implementation.ts';
import { excerpt, flaw } from './check.ts';
import { LineSplitter } from './lines.ts';
import { errorCodes, methods } from './messages.ts';
import type { Method, Params } from './messages.ts';
import { Outgoing } from './outgoing.ts';
import { Session } from './session.ts';

interface Request {
  readonly id: number | string;
  readonly method: string;
  readonly params: unknown;
}

interface Failure {
  readonly code: number;
  readonly message: string;
}

/**
 * Puts an implementation behind a pair of streams. Ends with the input, or when nobody reads the output any more; the
 * machine is stopped by then. `settings` are defaults for those that the other side sends.
 */
export async function serve(
  implementation: Implementation,
  input: Readable,
  output: Writable,
  settings: StartOptions['settings'] = {},
): Promise<void> {
  const server = new Server(new Session(implementation, settings), output);
  await server.run(input);
}

class Server {
  private readonly session: Session;
  private readonly output: Writable;
  private readonly outgoing = new Outgoing((lines) => {
    if (this.output.writable) this.output.write(lines);
  });

  constructor(session: Session, output: Writable) {
    this.session = session;
    this.output = output;
  }

  async run(input: Readable): Promise<void> {
    const splitter = new LineSplitter({
      line: (line) => this.receive(line),
      tooLong: () => this.refuse(null, errorCodes.parse, 'the line is too long'),
    });
    await new Promise<void>((resolve) => {
      input.on('data', (chunk: Buffer) => splitter.push(chunk));
      input.once('end', resolve);
      input.once('error', resolve);
      this.output.once('error', resolve);
    });
    await this.session.stop();
  }

  private receive(line: string): void {
    const request = parse(line);
    if ('code' in request) return this.refuse(null, request.code, request.message);
    const { id, method, params } = request;
    if (!isMethod(method)) {
      return this.refuse(id, errorCodes.methodNotFound, `no method ${excerpt(method)}`);
    }
    const deviation = flaw(methods[method][0], params);
    if (deviation !== undefined) {
      return this.refuse(id, errorCodes.invalidParams, `params${deviation}`);
    }
    void this.carryOut(id, method, params as Params<Method>);
  }

  /** Every request is begun when it arrives: the port keeps the calls of a process in order. */
  private async carryOut<M extends Method>(
    id: Request['id'],
    method: M,
    params: Params<M>,
  ): Promise<void> {
    try {
      const result = await this.session.carryOut(method, params);
      this.outgoing.send(
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}\n`,
      );
    } catch (error) {
      this.refuse(id, errorCodes.broken, error instanceof Error ? error.message : String(error));
    }
  }

  private refuse(id: Request['id'] | null, code: number, message: string): void {
    this.outgoing.send(`${JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })}\n`);
  }
}

function isMethod(name: string): name is Method {
  return Object.hasOwn(methods, name);
}

function parse(line: string): Request | Failure {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return { code: errorCodes.parse, message: `not JSON: ${excerpt(line)}` };
  }
  const { id, method, params } = Object(message) as Record<string, unknown>;
  const known = typeof id === 'number' || typeof id === 'string';
  if (!known || typeof method !== 'string') {
    const says = `not a request with id and method: ${excerpt(line)}`;
    return { code: errorCodes.invalidRequest, message: says };
  }
  return { id, method, params: params ?? {} };
}
