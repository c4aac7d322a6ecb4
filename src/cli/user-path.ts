import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * What a user means by a path, also `file:line`, that is counted from `folder`: there are the features of an installed
 * package. What is there from where the user is comes first.
 */
export function userPath(path: string, folder: string): string {
  const isHere = process.cwd() !== folder && existsSync(resolve(path.replace(/(:\d+)+$/, '')));
  return isHere ? resolve(path) : path;
}
