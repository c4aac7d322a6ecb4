import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

interface TsNode {
  compile(code: string, fileName: string): string;
}

interface Loaded {
  _compile(code: string, fileName: string): void;
}

type Extension = (module: Loaded, fileName: string) => void;

/** Where ts-node leaves what compiles for this process. */
const instance = Symbol.for('ts-node.register.instance');

/** From now on these sources are loaded in place of what is in the tree. */
export function loadInstead(sources: ReadonlyMap<string, string>): void {
  const service = (process as unknown as Record<symbol, TsNode | undefined>)[instance];
  if (service === undefined) throw new Error('ts-node does not compile for this process');
  const absolute = new Map([...sources].map(([name, text]) => [resolve(name), text]));

  const extensions = require.extensions as unknown as Record<string, Extension>;
  const usual = extensions['.ts'];
  extensions['.ts'] = (module, fileName) => {
    const text = absolute.get(fileName);
    if (text === undefined) return usual?.(module, fileName);
    return module._compile(service.compile(text, fileName), fileName);
  };
}

/** As written by the command: an object of texts by file name. */
export function readSources(path: string): ReadonlyMap<string, string> {
  const texts = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  return new Map(Object.entries(texts));
}

/** What the instrumenter puts before each file; what follows asks which mutant is on. */
const counting = /^function stryCov_9fa48\(\) \{$[^]*?^\}$/m;

/** A program that does not count what it reaches. */
export function withoutCounting(sources: ReadonlyMap<string, string>): Map<string, string> {
  return new Map(
    [...sources].map(([name, text]) => [
      name,
      text.replace(counting, 'function stryCov_9fa48() {}'),
    ]),
  );
}
