import type { Command } from '#uapi/ioctl.ts';
import type { Struct } from '#uapi/codec.ts';
import type { ErrnoName } from '#uapi/errno.ts';

import type { Form } from '../calls/call.ts';
import type { Verdict } from '../calls/outcome.ts';
import type { FaultPlan } from '../looks/faults.ts';
import { commandNamed } from './commands.ts';
import { formOf } from './form.ts';
import { parameter, re } from './parameter.ts';
import { structNamed } from './structs.ts';

/** What is seen, and what may be seen besides: releases differ. */
interface Errnos {
  readonly sure: readonly string[];
  readonly unsure: readonly string[];
}

/** Calls in the words of the header, and what becomes of them. */
export const calls = {
  ioctl: parameter(/((?:IOMMU|VFIO)_[A-Z0-9_]+|ioctl 0x[0-9a-f]+)/, (name): Command =>
    commandNamed(name ?? ''),
  ),
  struct: parameter(/(?:an array of )?struct ([a-z0-9_]+)/, (name): Struct =>
    structNamed(name ?? ''),
  ),
  form: parameter(
    re(
      `a size of (\\d+)(?: bytes?)?|(its minimum size|one byte less than its minimum size)|(\\d+) (zero bytes?|bytes?, the last one set,) appended|(a null pointer|a bad pointer|read-only memory|a tail in bad memory|the argument \\w+)`,
    ),
    (bytes, minimum, appended, tail, pointer): Form =>
      formOf({ bytes, minimum, appended, tail, pointer }),
  ),
  verdict: parameter(
    /succeeds|(succeeds or )?fails with (?:one of )?(E[A-Z0-9]+(?:, E[A-Z0-9]+)*)/,
    (either, errnos): Verdict =>
      errnos === undefined
        ? { kind: 'succeeds' }
        : {
            kind: either === undefined ? 'fails' : 'either',
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
