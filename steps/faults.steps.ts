import { AssertionError } from 'chai';

import { Given, Then } from './support/cucumber.ts';
import { planFaults } from './support/looks/faults.ts';

Given('each of {faultPlan} of the next call fails in turn', async function (plan) {
  this.require('fault-injection');
  await planFaults(this, plan);
});

Given('memory runs out in each place of the next call', async function () {
  this.require('fault-injection');
  await planFaults(this, 'exhaustion');
});

Then('each failure was one of {errnos} and changed nothing', function (expected) {
  const { errnos, changes } = this.outcome.record.faults ?? {};
  if (errnos === undefined) throw new Error('the last call was not made to fail');
  const { sure, unsure } = expected;
  const missing = sure.filter((name) => !errnos.has(name));
  const others = [...errnos].filter((name) => ![...sure, ...unsure].includes(name));
  if (changes !== undefined && changes.length > 0) throw new AssertionError(changes.join('; '));
  if (missing.length + others.length === 0) return;
  const shown = [...errnos].join(', ') || 'nothing';
  throw new AssertionError(`it failed with ${shown}; expected each of ${sure.join(', ')}`);
});
