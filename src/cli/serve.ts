import { createRequire } from 'node:module';

import { refuseSettings } from '#adapters/checked.ts';
import { loadAdapter } from '#adapters/registry.ts';
import type * as Wire from '#adapters/wire/serve.ts';

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
  const implementation = await loadAdapter(adapter);
  await refuseSettings(implementation, settings);
  // Not before it is asked for: the libraries that know the protocol take longer to load than a scenario.
  const { serve } = createRequire(__filename)('#adapters/wire/serve.ts') as typeof Wire;
  await serve(implementation, process.stdin, process.stdout, settings);
}
