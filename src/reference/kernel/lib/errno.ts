import type { ErrnoName } from '#uapi/errno.ts';

/** The kernel's IS_ERR(): whether a value is the name of an errno. No other part of the kernel returns strings. */
export function isErrno<T>(value: T | ErrnoName): value is ErrnoName {
  return typeof value === 'string';
}
