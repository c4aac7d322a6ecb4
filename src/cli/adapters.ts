import { adapterNames, loadAdapter } from '#adapters/registry.ts';
import { settingLines } from '#adapters/settings.ts';
import { readable } from '#conformance/said.ts';

type Given = Readonly<Record<string, string>>;

/** `adapters [name or path]`: prints what it can be told, or what each of ours can. */
export async function adaptersCommand(name: string | undefined, given: Given): Promise<void> {
  const text = name === undefined ? await ourAdapters() : (await described(name, given)).join('\n');
  console.log(readable(text));
}

/** Our adapters with what each takes. */
export async function ourAdapters(): Promise<string> {
  const each = await Promise.all(adapterNames.map((name) => described(name, {})));
  return each.flat().join('\n');
}

async function described(name: string, given: Given): Promise<string[]> {
  const known = await (await loadAdapter(name)).settings?.(given);
  if (known === undefined) return [`${name}: any --adapter-option (it declares none)`];
  const lines = settingLines(known);
  if (lines.length === 0) return [`${name}: no --adapter-option`];
  return [`${name}:`, ...lines.map((line) => `  --adapter-option ${line}`)];
}
