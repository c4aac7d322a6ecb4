import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { parseExpectations, staleExpectations } from '#conformance/expectations.ts';
import type { Expectation } from '#conformance/expectations.ts';
import { byId } from '#conformance/requirements/index.ts';

import { Problem } from './problem.ts';
import type { Suite } from './suite.ts';
import { userPath } from './user-path.ts';
import { root } from './version.ts';

/** Reads a known-failures file; a line without a reason, or one that speaks of nothing, is a problem. */
export function knownFailures(file: string | undefined, suite: Suite): readonly Expectation[] {
  if (file === undefined) return [];
  const { expectations, problems } = parseExpectations(readText(file), file);
  const requirements = new Set(byId.keys());
  const stale = staleExpectations(expectations, requirements, suite.scenarios);
  const [first, ...rest] = [...problems, ...stale];
  if (first === undefined) return expectations;
  throw new Problem([first, ...rest].join('\n'), 'correct or remove the line');
}

function readText(file: string): string {
  try {
    return readFileSync(resolve(root, userPath(file, root)), 'utf8');
  } catch (error) {
    throw new Problem(`known-failures file ${file} cannot be read: ${String(error)}`);
  }
}
