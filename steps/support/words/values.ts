import { iovaRegexp, sizeRegexp } from '../notation.ts';
import { parameter, re } from './parameter.ts';

/** Both ends included. */
export interface BitRange {
  readonly first: number;
  readonly last: number;
}

const bitRange = '\\d+(?: \\.\\. \\d+)?';

export const values = {
  size: parameter(sizeRegexp, function (text): bigint {
    return this.size(text ?? '');
  }),
  iova: parameter(iovaRegexp, function (text): bigint {
    return this.size(text ?? '');
  }),
  bits: parameter(
    re(`no bits|only bits? (${bitRange}(?:, ${bitRange})*)`),
    (text = ''): readonly BitRange[] =>
      [...text.matchAll(/(\d+)(?: \.\. (\d+))?/g)].map(([, first, last = first]) => ({
        first: Number(first),
        last: Number(last),
      })),
  ),
};
