import type { Command } from '#uapi/ioctl.ts';

import { deviceCommands } from './device.ts';
import { faultCommands, faultPrefixes } from './fault.ts';
import type { MadeKind } from './field.ts';
import { hwptCommands } from './hwpt.ts';
import { ioasCommands } from './ioas.ts';
import { objectCommands } from './objects.ts';
import type { CommandRecord, Made } from './record.ts';
import { testCommand, testOperations } from './selftest.ts';
import { vendors } from './vendors/index.ts';
import { containerCommands } from './vfio-container.ts';
import { vfioDeviceCommands } from './vfio-device.ts';
import { featureCommands } from './vfio-feature.ts';
import { groupCommands } from './vfio-group.ts';
import { viommuCommands } from './viommu.ts';

/** One record a command. */
export const commandRecords: readonly CommandRecord[] = [
  ...objectCommands,
  ...ioasCommands,
  ...hwptCommands,
  ...deviceCommands,
  ...faultCommands,
  ...viommuCommands,
  testCommand,
  ...containerCommands,
  ...groupCommands,
  ...vfioDeviceCommands,
];

export { testOperations };

const byName = new Map([...commandRecords, ...featureCommands].map((each) => [each.name, each]));
const byOperation = new Map(testOperations.map((record) => [record.op, record]));

export function recordNamed(name: string): CommandRecord | undefined {
  return byName.get(name);
}

/** Of a call: for IOMMU_TEST_CMD the record of its operation. */
export function recordOf({ name }: Pick<Command, 'name'>, op: unknown): CommandRecord | undefined {
  const operation = name === testCommand.name ? byOperation.get(Number(op)) : undefined;
  return operation ?? byName.get(name);
}

export function makesOf(command: Pick<Command, 'name'>, op: unknown): readonly Made[] {
  return recordOf(command, op)?.makes ?? [];
}

/** The command that is for making such a thing. */
export function makerOf(kind: MadeKind): { readonly record: CommandRecord; readonly made: Made } {
  for (const record of commandRecords) {
    const made = record.makes.find((candidate) => candidate.kind === kind);
    if (made !== undefined) return { record, made };
  }
  throw new Error(`no command makes a ${kind}`);
}

const prefixes = new Map<string, readonly string[]>([
  ...[...testOperations, ...featureCommands, ...commandRecords].flatMap(({ command, fields }) =>
    Object.entries(fields).map(
      ([field, { prefixes: of = [] }]) => [`${command.name}.${field}`, of] as const,
    ),
  ),
  ...Object.entries(faultPrefixes),
  ...vendors.flatMap(({ prefixes: ofStructs = {} }) => Object.entries(ofStructs)),
]);

/** All that a call can make. */
export const madeKinds = [
  ...new Set([...commandRecords, ...testOperations].flatMap(({ makes }) => makes.map(kindOf))),
];

function kindOf({ kind }: Made): MadeKind {
  return kind;
}

const abbreviations: Partial<Record<MadeKind, string>> = { ioas: 'IOAS', hwpt: 'HWPT' };

/** What features call it. */
export function wordFor(kind: MadeKind): string {
  return abbreviations[kind] ?? kind;
}

/** What the name of a value may lack at its front, by command or struct and field: `IOMMU_IOAS_MAP.flags`. */
export function prefixesOf(field: string): readonly string[] {
  return prefixes.get(field) ?? [];
}
