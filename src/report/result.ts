import { Type } from '@sinclair/typebox';
import type { Static, TProperties } from '@sinclair/typebox';

import { outcomeKinds } from '#conformance/outcome.ts';

/** The shape of result.json. The JSON schema beside the reports is this value, the TypeScript type follows from it. */

function closed<T extends TProperties>(properties: T, description: string) {
  return Type.Object(properties, { additionalProperties: false, description });
}

const outcome = Type.Union(
  outcomeKinds.map((kind) => Type.Literal(kind)),
  { description: 'What became of a scenario or, worst first, of a group of them.' },
);

const counts = closed(
  {
    pass: Type.Integer(),
    fail: Type.Integer(),
    'known-failure': Type.Integer(),
    'unexpected-pass': Type.Integer(),
    skip: Type.Integer(),
    broken: Type.Integer(),
  },
  'How many had each outcome.',
);

const machine = closed(
  {
    name: Type.String({ description: 'One configuration of the implementation.' }),
    implementation: Type.String(),
    version: Type.String(),
    kernel: Type.String({ description: 'The kernel release whose user API is implemented.' }),
    architecture: Type.String(),
    pageSize: Type.Integer({ description: 'Bytes.' }),
    iommu: Type.Optional(
      Type.String({
        description: 'The kind of IOMMU before its devices. Absent from older results.',
      }),
    ),
    features: Type.Array(Type.String()),
  },
  'A machine on which scenarios ran.',
);

const scenario = closed(
  {
    id: Type.String({
      description:
        'Feature file, rule and title, and @machine where it has one; the same in every run.',
    }),
    title: Type.String(),
    machine: Type.Optional(
      Type.String({ description: 'The one that it ran on, where it runs on each kind of IOMMU.' }),
    ),
    location: Type.String({ description: 'file:line' }),
    requirements: Type.Array(Type.String()),
    outcome,
    reason: Type.Optional(Type.String({ description: 'Of every outcome but pass.' })),
    brokenBy: Type.Optional(
      Type.Union([Type.Literal('implementation'), Type.Literal('suite')], {
        description: 'Of the outcome broken: who got in the way.',
      }),
    ),
  },
  'A scenario that ran.',
);

const requirement = closed(
  {
    level: Type.Union([
      Type.Literal('contract'),
      Type.Literal('observed'),
      Type.Literal('open'),
      Type.Literal('unknown'),
    ]),
    profile: Type.String(),
    outcome,
    scenarios: Type.Array(Type.String(), { description: 'Ids.' }),
  },
  'A requirement that a scenario of the run names.',
);

const profile = closed(
  {
    verdict: Type.Union(
      [
        Type.Literal('conformant'),
        Type.Literal('not conformant'),
        Type.Literal('not tested'),
        Type.Literal('partial run'),
        Type.Literal('unknown'),
      ],
      {
        description:
          'conformant: the whole suite ran, a machine has what the profile is about, and no contract ' +
          'requirement failed, known or not. unknown: none failed, but scenarios are broken.',
      },
    ),
    scenarios: Type.Optional(
      closed(
        { selected: Type.Integer(), ran: Type.Integer(), broken: Type.Integer() },
        'How many of its scenarios were neither skipped nor broken. Absent from results of version 0.1.',
      ),
    ),
    requirements: counts,
    denied: Type.Array(Type.String(), {
      description: 'The contract requirements that failed.',
    }),
    deviations: Type.Array(Type.String(), {
      description: 'Other requirements that did: they do not deny conformance.',
    }),
  },
  'Requirements that an implementation meets as a whole.',
);

const expectation = closed(
  {
    text: Type.String(),
    ids: Type.String(),
    machine: Type.Optional(Type.String()),
    title: Type.Optional(Type.String()),
    expects: Type.Union([Type.Literal('fail'), Type.Literal('broken')]),
    reason: Type.String(),
    file: Type.String(),
    line: Type.Integer(),
  },
  'A line of the known-failures file.',
);

export const resultSchema = closed(
  {
    schema: Type.Literal('iommufd-conformance/result/1'),
    suite: closed({ version: Type.String(), commit: Type.String() }, 'What was run.'),
    adapter: Type.String({ description: 'How the implementation was reached.' }),
    settings: Type.Record(Type.String(), Type.String(), {
      description: 'Options of the adapter; of an absolute path only the last part.',
    }),
    machines: Type.Array(machine),
    selection: closed(
      {
        paths: Type.Array(Type.String()),
        only: Type.Array(Type.String()),
        profile: Type.Optional(Type.String()),
        tags: Type.Optional(Type.String()),
        shard: Type.Optional(Type.String()),
        order: Type.String({ description: 'defined, or random:<seed>' }),
      },
      'Which scenarios were asked for, and in which order.',
    ),
    selected: Type.Integer({ description: 'Scenarios that the run was to execute.' }),
    stopped: Type.Optional(
      Type.String({ description: 'Why not all of them ran. Absent from a complete run.' }),
    ),
    counts,
    profiles: Type.Record(Type.String(), profile),
    requirements: Type.Record(Type.String(), requirement),
    scenarios: Type.Array(scenario, { description: 'By file and line.' }),
    knownFailures: Type.Array(expectation),
  },
  'The result of a run of iommufd-conformance.',
);

export type Result = Static<typeof resultSchema>;
export type ScenarioResult = Static<typeof scenario>;
export type RequirementResult = Static<typeof requirement>;
export type ProfileResult = Static<typeof profile>;

export type NormalResult = Pick<Result, 'schema' | 'counts' | 'requirements' | 'scenarios'>;

/** What must be equal when the same implementation is reached in two ways, or its scenarios run in another order. */
export function normalise({ schema, counts: sums, requirements, scenarios }: Result): NormalResult {
  return { schema, counts: sums, requirements, scenarios };
}
