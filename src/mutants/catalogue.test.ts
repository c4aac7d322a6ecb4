import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { later } from '#conformance/later.ts';
import type { RequirementTable } from '#conformance/requirement.ts';
import { byId, families } from '#conformance/requirements/index.ts';
import { untestable } from '#conformance/untestable.ts';
import { defaultParts } from '#reference/machine/parts.ts';

import { catalogue, mutantsOf } from './catalogue.ts';

const leastPerFamily = 5;

describe('the catalogue of mutants', () => {
  it('gives each id once', () => {
    const ids = catalogue.map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const id of ids) assert.match(id, /^(BUG|SEED)-\d{3}$/);
  });

  it('breaks requirements that scenarios can show', () => {
    for (const { id, breaks } of catalogue) {
      for (const broken of breaks) {
        assert.ok(byId.has(broken), `${id} breaks ${broken}, which is no requirement`);
        assert.ok(!(broken in untestable) && !(broken in later), `${id}: no scenario of ${broken}`);
      }
    }
  });

  it('tells each bug in a sentence, and what it is like in a phrase', () => {
    for (const { id, story, like } of catalogue) {
      assert.match(story, /^[A-Z][^\n]*[^.\s]\.$/, `the story of ${id} is no sentence`);
      assert.doesNotMatch(like, /\.$|^$|\n/, `what ${id} is like is no phrase`);
    }
  });

  it('has some of each family', () => {
    for (const family of families.filter(hasScenarios)) {
      const count = mutantsOf(family).length;
      assert.ok(count >= leastPerFamily, `${family.family} has ${count} mutants`);
    }
  });

  it('replaces parts that there are by subclasses of them', () => {
    for (const { id, parts } of catalogue) {
      const replaced = Object.entries(parts(defaultParts));
      assert.ok(replaced.length > 0, `${id} replaces nothing`);
      for (const [name, part] of replaced) {
        const original = defaultParts[name as keyof typeof defaultParts];
        assert.ok(part.prototype instanceof original, `${name} of ${id} is no subclass`);
      }
    }
  });
});

function hasScenarios({ requirements }: RequirementTable): boolean {
  return requirements.some(({ id }) => !(id in untestable) && !(id in later));
}
