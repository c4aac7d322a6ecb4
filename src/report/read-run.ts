import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { Envelope } from '@cucumber/messages';
import type { Ajv, ValidateFunction } from 'ajv';

import { count, outcomeKinds } from '#conformance/outcome.ts';
import { readableText } from '#conformance/said.ts';

import type * as Schema from './result.ts';
import type { Result } from './result.ts';

/** Made with the first file: a run reads none, and the libraries take long to load. */
let resultValidator: ValidateFunction<Result> | undefined;

function validator(): ValidateFunction<Result> {
  return (resultValidator ??= makeValidator());
}

function makeValidator(): ValidateFunction<Result> {
  const load = createRequire(__filename);
  const library = load('ajv') as { readonly Ajv: typeof Ajv };
  const { resultSchema } = load('./result.ts') as typeof Schema;
  return new library.Ajv({ allErrors: true }).compile<Result>(resultSchema);
}

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
  const value = parse(readText(file), file, readableText);
  const validate = validator();
  if (!validate(value)) {
    const [flaw] = validate.errors ?? [];
    const where = `${file}${flaw?.instancePath ?? ''}`;
    throw new UnreadableReport(`${where}: ${flaw?.message ?? 'is invalid'}`);
  }
  refuseMiscount(value, file);
  return value;
}

/** Numbers that somebody changed, or a file of which a part is gone. */
function refuseMiscount({ counts, scenarios }: Result, file: string): void {
  const found = count(scenarios.map(({ outcome }) => outcome));
  const wrong = outcomeKinds.find((kind) => counts[kind] !== found[kind]);
  if (wrong === undefined) return;
  throw new UnreadableReport(
    `${file}/counts/${wrong} is ${counts[wrong]}, but ${found[wrong]} of its scenarios have that outcome`,
  );
}

/** Reads messages.ndjson; the last line may be cut off, where the run was killed. */
export function readMessages(folder: string): Envelope[] {
  const file = join(folder, 'messages.ndjson');
  const lines = readText(file).split('\n');
  const complete = lines.slice(0, -1);
  return complete.map((line, index) => parseMessage(line, `${file}:${index + 1}`));
}

function parseMessage(line: string, place: string): Envelope {
  const value = parse(line, place);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UnreadableReport(`${place} is no message: ${line.slice(0, 40)}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UnreadableReport(`${file} cannot be read: ${String(error)}`, { cause: error });
  }
}

function parse(text: string, file: string, reviver?: typeof readableText): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    throw new UnreadableReport(`${file} is no JSON: ${String(error)}`, { cause: error });
  }
}
