/** Imported before anything that an old Node would choke on. */
export const oldestNode = '20.19.0';

/** What to tell a user whose Node is too old; undefined for one that is not. */
export function nodeProblem(version: string, oldest = oldestNode): string | undefined {
  const [actual = [], needed = []] = [version, oldest].map((each) => each.split('.').map(Number));
  const difference = needed.map((part, index) => (actual[index] ?? 0) - part);
  const first = difference.find((part) => part !== 0) ?? 0;
  return first < 0 ? `Node ${version} is too old; ${oldest} or newer is needed` : undefined;
}

const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  console.error(`conformance: ${problem}`);
  process.exit(2);
}
