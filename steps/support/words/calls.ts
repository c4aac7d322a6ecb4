import type { Command } from '#uapi/ioctl.ts';
import type { Struct } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import type { Form } from '../calls/call.ts';
import type { Verdict } from '../calls/outcome.ts';
import { numberNamed } from '../fields.ts';
import type { FaultPlan } from '../looks/fault-triggers.ts';
import { commandNamed } from './commands.ts';
import { spotNamed } from './names.ts';
import { oneOf, parameter, quoted, re, size } from './parameter.ts';
import { structNamed } from './structs.ts';

/** What is seen, and what may be seen besides: releases differ. */
interface Errnos {
  readonly sure: readonly string[];
  readonly unsure: readonly string[];
}

/** How the struct of a call lies in memory, where that is what a scenario is about. */
function appended(bytes: string, last: number): Form {
  return { kind: 'appended', bytes: Number(bytes), last };
}

/** Calls in the words of the header, and what becomes of them. */
export const calls = {
  ioctl: parameter(/((?:IOMMU|VFIO)_[A-Z0-9_]+(?:v2)?|ioctl 0x[0-9a-f]+)/, (name): Command =>
    commandNamed(name ?? ''),
  ),
  struct: parameter(/(?:an array of )?struct ([a-z0-9_]+)/, (name): Struct =>
    structNamed(name ?? ''),
  ),
  form: oneOf<Form>(
    parameter(/a size of (\d+)(?: bytes?)?/, (bytes) => ({
      kind: 'size',
      of: () => Number(bytes),
    })),
    parameter(/its minimum size/, () => ({ kind: 'size', of: ({ minSize }) => minSize })),
    parameter(/one byte less than its minimum size/, () => ({
      kind: 'size',
      of: ({ minSize }) => minSize - 1,
    })),
    parameter(/(\d+) zero bytes? appended/, (bytes) => appended(bytes, 0)),
    parameter(/(\d+) bytes?, the last one set, appended/, (bytes) => appended(bytes, 1)),
    parameter(/a null pointer/, () => ({ kind: 'null pointer' })),
    parameter(/a bad pointer/, () => ({ kind: 'bad pointer' })),
    parameter(/read-only memory/, () => ({ kind: 'read-only memory' })),
    parameter(/a tail in bad memory/, () => ({ kind: 'runs into bad memory' })),
    parameter(
      re(`(${size}) of buffer ${quoted}(?: \\+ (${size}))?`),
      function (length = '', name = '', offset) {
        const { handle, offset: into } = spotNamed(this, 'buffer', name, offset);
        const address = handle.address + into;
        return { kind: 'in a buffer', address, length: Number(this.size(length)) };
      },
    ),
    parameter(/the argument (\w+)/, (name) => ({ kind: 'argument', value: numberNamed(name) })),
  ),
  verdict: parameter(
    /succeeds|(fails with|fails with one of|succeeds or fails with) (E[A-Z0-9]+(?:, E[A-Z0-9]+)*)/,
    (words, errnos): Verdict =>
      errnos === undefined
        ? { kind: 'succeeds' }
        : {
            kind: words?.startsWith('succeeds') === true ? 'either' : 'fails',
            errnos: errnos.split(', ') as ErrnoName[],
          },
  ),
  errnos: parameter(
    /(E[A-Z0-9]+(?:, E[A-Z0-9]+)*)(?:, perhaps (E[A-Z0-9]+))?/,
    (sure = '', unsure): Errnos => ({
      sure: sure.split(', '),
      unsure: unsure === undefined ? [] : [unsure],
    }),
  ),
  faultPlan: parameter(
    /the (allocations and checks|allocations|checks)/,
    (text): FaultPlan => text as FaultPlan,
  ),
};
