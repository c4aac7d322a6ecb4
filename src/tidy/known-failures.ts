import { parseExpectations } from '#conformance/expectations.ts';
import type { ExpectationFile } from '#conformance/expectations.ts';

import { filesBelow } from './files.ts';

/** The lists of known failures of Linux, as one. */
export function knownFailuresOfLinux(): ExpectationFile {
  const files = filesBelow('examples/known-failures', '.txt').map(({ path, text }) =>
    parseExpectations(text, path),
  );
  return {
    expectations: files.flatMap(({ expectations }) => expectations),
    problems: files.flatMap(({ problems }) => problems),
  };
}
