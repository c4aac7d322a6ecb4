import { nearest } from '#conformance/nearest.ts';
import type { Setting, SettingForm, Settings } from '#port/setting.ts';

const forms: Readonly<Record<SettingForm, { readonly shown: string; readonly fits: RegExp }>> = {
  number: { shown: '<number>', fits: /^\d+$/ },
  path: { shown: '<path>', fits: /./ },
  text: { shown: '<text>', fits: /^/ },
};

/** What is wrong with what the user passes to an adapter, as a sentence. */
export function settingFlaw(
  adapter: string,
  known: Settings,
  given: Readonly<Record<string, string>>,
): string | undefined {
  for (const [name, value] of Object.entries(given)) {
    const setting = Object.hasOwn(known, name) ? known[name] : undefined;
    if (setting === undefined) return unknownName(adapter, name, Object.keys(known));
    if (!fits(value, setting))
      return `adapter ${adapter} does not take ${name}=${value}: it takes ${form(name, setting)}`;
  }
  return undefined;
}

function unknownName(adapter: string, name: string, known: readonly string[]): string {
  const says = `adapter ${adapter} has no option "${name}"`;
  if (known.length === 0) return `${says}; it has none`;
  const [best] = nearest(name, known, 1);
  return `${says}; did you mean "${best}"? It has ${known.join(', ')}`;
}

function fits(value: string, { takes }: Setting): boolean {
  return typeof takes === 'string' ? forms[takes].fits.test(value) : takes.includes(value);
}

/** `says=yes|no`. */
function form(name: string, { takes }: Setting): string {
  return `${name}=${typeof takes === 'string' ? forms[takes].shown : takes.join('|')}`;
}

/** A line for each: its form, and what it says. */
export function settingLines(known: Settings): string[] {
  const rows = Object.entries(known).map(([name, setting]) => [form(name, setting), setting.says]);
  const width = Math.max(0, ...rows.map(([first = '']) => first.length));
  return rows.map(([first = '', says]) => `${first.padEnd(width)}  ${says}`);
}
