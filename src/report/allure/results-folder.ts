import { join } from 'node:path';

/** The folder that Allure makes reports of, below the folder of an implementation. */
export function allureResults(folder: string): string {
  return join(folder, 'allure-results');
}
