import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What makes a page of Allure results. */
export interface Generator {
  readonly name: string;
  readonly note?: string;
  /** Of its own, beside that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  command(order: Order): readonly [program: string, ...args: string[]];
}

/** `results` and `output` are absolute folders. */
export interface Order {
  readonly results: string;
  readonly output: string;
  readonly title: string;
}

/** Both take the same. */
function argumentsOf({ results, output, title }: Order): string[] {
  return ['--report-name', title, '--output', output, results];
}

/** Not by require.resolve(): a package need not export its own package.json. */
function packageFolder(name: string): string | undefined {
  const places = createRequire(__filename).resolve.paths(name) ?? [];
  return places
    .map((place) => join(place, name))
    .find((folder) => existsSync(join(folder, 'package.json')));
}

function hasJava(): boolean {
  const home = process.env['JAVA_HOME'];
  const java = home ? join(home, 'bin', 'java') : 'java';
  return spawnSync(java, ['-version'], { stdio: 'ignore' }).status === 0;
}

/** It runs for seconds only: the compiler that optimises and the collector with threads cost more than they bring. */
const briefJava = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

/** Allure 2, the report that people know; it needs Java. */
export function allure2(): Generator | undefined {
  const folder = packageFolder('allure-commandline');
  if (folder === undefined || !hasJava()) return undefined;
  const script = join(
    folder,
    'dist',
    'bin',
    process.platform === 'win32' ? 'allure.bat' : 'allure',
  );
  const fixed = ['generate', '--single-file', '--clean'];
  return {
    name: 'allure-commandline',
    environment: { JAVA_OPTS: `${briefJava} ${process.env['JAVA_OPTS'] ?? ''}`.trim() },
    command: (order) => [script, ...fixed, ...argumentsOf(order)],
  };
}

/** Allure 3, which needs nothing but Node; its page looks different, and it keeps no trend. */
export function allure3(): Generator | undefined {
  const folder = packageFolder('allure');
  if (folder === undefined) return undefined;
  const script = join(folder, 'cli.js');
  const fixed = ['awesome', '--single-file', '--group-by', 'parentSuite,suite,subSuite'];
  return {
    name: 'allure',
    note: 'made by the npm package allure, as there is no Java here; it has no trend',
    command: (order) => [process.execPath, script, ...fixed, ...argumentsOf(order)],
  };
}
