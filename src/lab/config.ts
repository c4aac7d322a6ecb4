import { createHash } from 'node:crypto';

type Symbols = ReadonlyMap<string, string>;

/** Symbol → value of a configuration. `# CONFIG_X is not set` is `n`, as a missing line is. */
export function symbolsIn(text: string): Symbols {
  const symbols = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, off] = /^# (CONFIG_\w+) is not set$/.exec(line) ?? [];
    const [, name, value] = /^(CONFIG_\w+)=(.*)$/.exec(line) ?? [];
    if (off !== undefined) symbols.set(off, 'n');
    if (name !== undefined && value !== undefined) symbols.set(name, value);
  }
  return symbols;
}

/** The lines of the fragment that a configuration does not honour: kconfig drops them without a word. */
export function unmet(fragment: string, configuration: string): readonly string[] {
  const actual = symbolsIn(configuration);
  return [...symbolsIn(fragment)]
    .filter(([name, value]) => (actual.get(name) ?? 'n') !== value)
    .map(([name, value]) => `${name}=${value}`);
}

/** Changes with every change of the fragment. */
export function fragmentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
