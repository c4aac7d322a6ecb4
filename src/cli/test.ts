import { runAll } from './test/all.ts';
import { stages } from './test/stages.ts';

/** `npm test`: everything that can be said without a real kernel. */

/** Stages at once: as many as the machine that this is meant for has cores. */
const width = 2;

void runAll('test', width, stages);
