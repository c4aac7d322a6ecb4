import { readable } from '#conformance/said.ts';

/** The user has to change something: one sentence says what is wrong, one what to do. The run exits with 2. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly advice: string | undefined;

  constructor(message: string, advice?: string, options?: ErrorOptions) {
    super(message, options);
    this.advice = advice;
  }
}

/** The first line of what is at the bottom of an error: cucumber wraps what a user can make sense of. */
export function rootCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return rootCause(error.cause);
  return readable(error.message.split('\n')[0] ?? '');
}

/** What a program that calls this one goes by; `--help` and the README list them. */
export const exitCodes = {
  /** Conformant as far as it was tested. */
  success: 0,
  /** A scenario failed, is broken, or passed unexpectedly. */
  failures: 1,
  /** The run could not be made, tested nothing, or was cut short. */
  problem: 2,
  /** With --bisect: this revision tells nothing, `git bisect run` is to skip it. */
  cannotTell: 125,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** How a run ended. */
export interface Ended {
  readonly code: ExitCode;
  /** Something failed, or passed unexpectedly: not only broken. */
  readonly anyFailed: boolean;
}

/** Who failed is bad; what is only broken, or could not be run, tells nothing. */
export function forBisection({ code, anyFailed }: Ended): ExitCode {
  return code === exitCodes.success || anyFailed ? code : exitCodes.cannotTell;
}

const fileSystemSays: Readonly<Record<string, readonly [what: string, advice: string]>> = {
  EACCES: ['is not writable', 'choose another folder with --reports, or change its permissions'],
  EPERM: ['is not writable', 'choose another folder with --reports, or change its permissions'],
  EROFS: ['is on a read-only file system', 'choose another folder with --reports'],
  ENOTDIR: ['lies below something that is no folder', 'choose another folder with --reports'],
  ENOENT: ['cannot be created', 'choose another folder with --reports'],
  EEXIST: ['is not a folder', 'choose another folder with --reports'],
  EISDIR: ['is a folder where a file is to be written', 'remove it, or choose --reports'],
  ENOSPC: ['cannot be written: the disk is full', 'free some space, or choose --reports'],
  EDQUOT: ['cannot be written: the quota is used up', 'free some space, or choose --reports'],
};

/** An error of a file operation on the reports as a sentence; any other error as it is. */
export function reportProblem(error: unknown, folder: string): unknown {
  const { code, path } = Object(error) as { code?: string; path?: string };
  const [what, advice] = fileSystemSays[code ?? ''] ?? [];
  if (what === undefined) return error;
  return new Problem(`reports folder ${path ?? folder} ${what}`, advice, { cause: error });
}
