/** What a program says of its tests, in the kernel's test anything protocol (Documentation/dev-tools/ktap.rst). */
export interface TestResults {
  readonly passed: readonly string[];
  readonly skipped: readonly string[];
  readonly failed: readonly string[];
}

const resultLine = /^(not )?ok \d+ (\S+)(?:.*# (SKIP))?/;

/** A plan of no tests is one that was skipped. Lines of anything else are left out. */
export function parseKtap(text: string): TestResults {
  const results = { passed: [] as string[], skipped: [] as string[], failed: [] as string[] };
  for (const line of text.split('\n')) {
    if (line.startsWith('1..0 # SKIP')) results.skipped.push('all');
    const [, not, name, skip] = resultLine.exec(line) ?? [];
    if (name === undefined) continue;
    if (not) results.failed.push(name);
    else (skip ? results.skipped : results.passed).push(name);
  }
  return results;
}
