import { accesses } from './calls/accesses.ts';
import { compatibility } from './calls/compatibility.ts';
import { devices } from './calls/devices.ts';
import { guests } from './calls/guests.ts';
import { addressSpaces } from './calls/ioas.ts';
import { pageTables } from './calls/page-tables.ts';

/** The calls of a sequence, weighted towards sharing, replacing and destroying what is in use. */
export const calls = [
  ...addressSpaces,
  ...pageTables,
  ...devices,
  ...guests,
  ...accesses,
  ...compatibility,
];
