import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Envelope } from '@cucumber/messages';
import { Ajv } from 'ajv';

import { resultSchema } from './result.ts';
import type { Result } from './result.ts';

const validate = new Ajv({ allErrors: true }).compile<Result>(resultSchema);

/** A file that cannot be read as what it should be; the message names it and says why. */
export class UnreadableReport extends Error {
  override readonly name = 'UnreadableReport';
}

/** The result.json of a folder of reports; a file is taken as it is. */
export function resultFile(path: string): string {
  return path.endsWith('.json') ? path : join(path, 'result.json');
}

/** Reads and checks a result.json. */
export function readResult(file: string): Result {
  const value = parse(readText(file), file);
  if (validate(value)) return value;
  const [flaw] = validate.errors ?? [];
  throw new UnreadableReport(
    `${file}${flaw?.instancePath ?? ''}: ${flaw?.message ?? 'is invalid'}`,
  );
}

/** Reads messages.ndjson; the last line may be cut off, where the run was killed. */
export function readMessages(folder: string): Envelope[] {
  const file = join(folder, 'messages.ndjson');
  const lines = readText(file).split('\n');
  const complete = lines.slice(0, -1);
  return complete.map((line, index) => parse(line, `${file}:${index + 1}`) as Envelope);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UnreadableReport(`${file} cannot be read: ${String(error)}`, { cause: error });
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreadableReport(`${file} is no JSON: ${String(error)}`, { cause: error });
  }
}
