import { visible } from '#conformance/said.ts';
import { featuresOf, isDerived } from '#port/derived-features.ts';
import { noIommu } from '#port/device-wish.ts';
import { features, requiredBy } from '#port/features.ts';
import type { Feature } from '#port/features.ts';
import { ImplementationHung } from '#port/implementation.ts';
import type {
  Identity,
  Implementation,
  Machine,
  MachineDescription,
  StartOptions,
} from '#port/implementation.ts';
import { settingFlaw } from './settings.ts';

/** The user, or the author of an adapter, has to change something; the message says what. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
}

/** Of one that is asked what it offers before anyone has said how long that may take. */
const defaultTimeoutMs = 30_000;

/**
 * The same implementation; what it is told and what it declares are checked each time, and an answer that never comes is
 * not waited for.
 */
export function checked(implementation: Implementation): Implementation {
  const { name } = implementation;
  return {
    ...(implementation.slowestStartMs !== undefined && {
      slowestStartMs: implementation.slowestStartMs,
    }),
    name,
    settings: async (given, timeoutMs) => implementation.settings?.(given, timeoutMs),
    async machines(settings, timeoutMs = defaultTimeoutMs) {
      await refuseSettings(implementation, settings, timeoutMs);
      const asked = implementation.machines(settings, timeoutMs);
      const machines = await patiently(implementation, asked, { timeoutMs, call: 'machines' });
      const [flaw] = declarationFlaws(name, machines);
      if (flaw !== undefined) throw new AdapterError(flaw);
      return machines;
    },
    start: (options) => startChecked(implementation, options),
  };
}

/** Rejects with an AdapterError where an adapter is told what it does not know. */
export async function refuseSettings(
  implementation: Implementation,
  given: StartOptions['settings'],
  timeoutMs = defaultTimeoutMs,
): Promise<void> {
  const asked = Promise.resolve(implementation.settings?.(given, timeoutMs));
  const known = await patiently(implementation, asked, { timeoutMs, call: 'settings' });
  const flaw = known && settingFlaw(implementation.name, known, given);
  if (flaw !== undefined) throw new AdapterError(flaw);
}

async function startChecked(
  implementation: Implementation,
  options: StartOptions,
): Promise<Machine> {
  const { settings, timeoutMs } = options;
  await refuseSettings(implementation, settings, timeoutMs);
  const asked = implementation.start(options);
  const wait = { timeoutMs, call: 'start' };
  const machine = await patiently(implementation, asked, wait).catch((error: unknown) => {
    // Nobody would stop one that comes too late.
    void asked.then((late) => late.stop()).catch(() => undefined);
    throw error;
  });
  const flaw = identityFlaw(machine.identity);
  if (flaw === undefined) return machine;
  await machine.stop();
  throw new AdapterError(`adapter ${implementation.name}: ${flaw}`);
}

/** An adapter that looks at the clock itself says more, and makes two calls to start a machine. */
const adaptersFirst = 2.5;

/** Rejects where an answer takes far longer than it may. */
async function patiently<T>(
  { name, slowestStartMs = 0 }: Implementation,
  answer: Promise<T>,
  { timeoutMs, call }: { readonly timeoutMs: number; readonly call: string },
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limitMs = adaptersFirst * Math.max(timeoutMs, slowestStartMs);
  const late = new Promise<never>((_, reject) => {
    const says = `adapter ${name}: ${call}() did not answer within ${limitMs} ms`;
    timer = setTimeout(() => reject(new ImplementationHung(says)), limitMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Every sentence that is to be said against a declaration. */
export function declarationFlaws(
  name: string,
  machines: readonly MachineDescription[],
): readonly string[] {
  const excess = excessOf(name, machines);
  if (excess !== undefined) return [excess];
  if (machines.length === 0) return [`adapter ${name} offers no machine to run scenarios on`];
  const names = machines.map((machine) => machine.name);
  const twice = names.find((machine, index) => names.indexOf(machine) !== index);
  const repeated = twice === undefined ? [] : [`adapter ${name} has two machines "${twice}"`];
  return [...repeated, ...machines.flatMap((machine) => machineFlaws(name, machine))];
}

/** More than anyone has use for, and less than what takes minutes to look through. */
const most = { machines: 100, features: 1000, iommus: 1000, devices: 1000 } as const;

function excessOf(name: string, machines: readonly MachineDescription[]): string | undefined {
  const counts = [
    ['machines', machines.length],
    ...machines
      .slice(0, most.machines)
      .flatMap(({ features: all, iommus, devices }) => [
        ['features', all.length] as const,
        ['iommus', iommus.length] as const,
        ['devices', devices.length] as const,
      ]),
  ] as const;
  const found = counts.find(([what, count]) => count > most[what]);
  if (found === undefined) return machines.map(nameFlaw).find((flaw) => flaw !== undefined);
  const [what, count] = found;
  const allowed = most[what];
  return `adapter ${name} declares ${count.toLocaleString('en')} ${what}; at most ${allowed} are allowed`;
}

function nameFlaw({ name }: MachineDescription): string | undefined {
  return wordFlaw('the name of a machine', name);
}

const longestWord = 200;

/** What stands in the middle of sentences and tables has to fit there. */
function wordFlaw(what: string, word: unknown): string | undefined {
  if (typeof word !== 'string') return `${what} is ${String(word)}; a text was expected`;
  if (word.length > longestWord)
    return `${what} has ${word.length.toLocaleString('en')} characters; at most ${longestWord} are allowed`;
  if (visible(word) !== word || /[\n\t]/.test(word))
    return `${what}, "${visible(word)}", has characters that cannot be shown`;
  return undefined;
}

function machineFlaws(name: string, machine: MachineDescription): readonly string[] {
  const who = machine.name === name ? name : `machine "${machine.name}" of ${name}`;
  return [...featureFlaws(who, machine), ...deviceFlaws(who, machine)];
}

function featureFlaws(who: string, machine: MachineDescription): readonly string[] {
  const all = new Set(featuresOf(machine));
  const byHand = machine.features.filter((feature: Feature) => isDerived(feature));
  const missing = [...all].flatMap((feature) => {
    if (!Object.hasOwn(features, feature)) return [unknownFeature(who, feature)];
    return requiredBy(feature)
      .filter((needed) => !all.has(needed))
      .map((needed) => `feature "${feature}" needs "${needed}", which ${who} does not declare`);
  });
  return [...byHand.map((feature) => derivedFeature(who, feature)), ...missing];
}

/** A device that is said to be behind an IOMMU that the machine does not have. */
function deviceFlaws(who: string, { iommus, devices }: MachineDescription): readonly string[] {
  const known = new Set([noIommu, ...iommus.map(({ name }) => name)]);
  const unknown = devices.flatMap((offer) => offer.iommus.filter((name) => !known.has(name)));
  return unknown.map((name) => `${who} has devices behind "${name}", which none of its IOMMUs is`);
}

function derivedFeature(who: string, feature: string): string {
  return `${who} declares "${feature}" by hand; that follows from the IOMMUs and devices which it describes`;
}

function unknownFeature(who: string, feature: string): string {
  return `${who} declares the unknown feature "${feature}"; known are ${Object.keys(features).join(', ')}`;
}

const release = /^\d+\.\d+(\.\d+)?([-+.].*)?$/;

/** What is wrong with who the implementation says it is. */
export function identityFlaw(identity: Identity): string | undefined {
  const { kernel, pageSize } = identity;
  const words = ['name', 'version', 'kernel', 'architecture'] as const;
  const flaws = words.map((what) => wordFlaw(`its ${what}`, identity[what]));
  const flaw = flaws.find((each) => each !== undefined);
  if (flaw !== undefined) return flaw;
  if (!release.test(kernel)) {
    return `kernel "${kernel}" is not a release such as "6.12.0"`;
  }
  const powerOfTwo = pageSize >= 4096 && (pageSize & (pageSize - 1)) === 0;
  return powerOfTwo ? undefined : `page size ${pageSize} is not a power of two from 4096`;
}
