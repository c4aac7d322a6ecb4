import { loadAdapter } from '#adapters/registry.ts';
import { serve } from '#adapters/wire/serve.ts';

/**
 * `serve --adapter NAME`: an adapter of this project as a program that speaks the wire protocol on its standard input
 * and output. Returns when the input ends.
 */
export async function serveCommand(
  adapter: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  // The output belongs to the protocol, whatever an adapter prints.
  console.log = console.error;
  await serve(await loadAdapter(adapter), process.stdin, process.stdout, settings);
}
