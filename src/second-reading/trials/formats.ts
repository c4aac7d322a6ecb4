import { amdFormats } from './amd.ts';
import { smmuv3Formats } from './smmuv3.ts';
import type { Format } from './trial.ts';
import { vtdFormats } from './vtd.ts';

/** Each sort of tables that the models of hardware walk. */
export const formats: readonly Format[] = [...vtdFormats, ...smmuv3Formats, ...amdFormats];
