#!/usr/bin/env node
import './check-node.ts';

import { createRequire } from 'node:module';

import { programs } from './programs.ts';

/** `npx iommufd-conformance`, and `npm run conformance` in a checkout. */

/** Only what is asked for: to load everything takes seconds. */
const load = createRequire(__filename);

const [, , name = ''] = process.argv;
const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
if (program !== undefined) process.argv.splice(2, 1);
load(program?.file ?? './main.ts');
