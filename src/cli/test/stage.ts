import { spawn } from 'node:child_process';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Why something was not tried. */
  readonly note?: string;
}

/** What a stage printed, and how it ended. */
export interface Ended {
  readonly output: string;
  readonly code: number;
}

/** One part of `npm test`: a command of its own, and how its result counts. */
export interface Stage {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly count: (ended: Ended) => Tally;
  /** The exit code of a good run; 0 unless it says otherwise. */
  readonly goodCode?: number;
  /** The name of a stage before this one, whose reports it needs. */
  readonly after?: string;
}

export interface Report extends Tally {
  readonly name: string;
  readonly seconds: number;
  /** For a stage with failures: what it printed. */
  readonly output: string;
}

/** Runs a command; standard output and error are kept together, in the order in which they came. */
function run(command: readonly string[], environment: Stage['environment']): Promise<Ended> {
  const [file = '', ...parameters] = command;
  return new Promise((resolve) => {
    const child = spawn(file, parameters, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => resolve({ output: String(error), code: 127 }));
    child.on('close', (code) => {
      resolve({ output: Buffer.concat(chunks).toString(), code: code ?? 1 });
    });
  });
}

export async function runStage(stage: Stage): Promise<Report> {
  const start = Date.now();
  const ended = await run(stage.command, stage.environment);
  const { passed, failed, note } = stage.count(ended);
  // A stage that ends badly and counts no failure failed in a way that it could not count.
  const uncounted = ended.code !== (stage.goodCode ?? 0) && failed === 0 ? 1 : 0;
  return {
    name: stage.name,
    passed,
    failed: failed + uncounted,
    seconds: (Date.now() - start) / 1000,
    output: failed + uncounted > 0 ? ended.output : '',
    ...(note !== undefined && { note }),
  };
}

/** Runs the stages, `width` at a time, in their order; `done` hears of each as it ends. */
export async function runStages(
  stages: readonly Stage[],
  width: number,
  done: (report: Report) => void,
): Promise<Report[]> {
  const waiting = [...stages];
  const reports: Report[] = [];
  const begun = new Map<string, Promise<Report>>();
  const worker = async (): Promise<void> => {
    for (let stage = waiting.shift(); stage !== undefined; stage = waiting.shift()) {
      const { name, after = '' } = stage;
      const running = Promise.resolve(begun.get(after)).then(() => runStage(stage));
      begun.set(name, running);
      const report = await running;
      reports.push(report);
      done(report);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return reports;
}
