import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { later } from '#conformance/later.ts';
import { byId, families } from '#conformance/requirements/index.ts';
import { untestable } from '#conformance/untestable.ts';

import { catalogue, familyFiles, type FamilyFile } from './catalogue.ts';
import { type Mutant, originalParts, withBug } from './mutant.ts';

describe('the catalogue of mutants', () => {
  it('gives each id once', () => {
    const ids = catalogue.map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const id of ids) assert.match(id, /^(BUG-\d{3}|SEED-\d{4})$/);
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

  it('has each mutant where its family is, by the ids', () => {
    assert.deepEqual(familyFiles.flatMap(disorder), []);
  });

  it('would tell what is out of place', () => {
    const [first] = catalogue;
    assert.ok(first);
    const entries = (['SEED-0002', 'BUG-009', 'BUG-010'] as const).map((id) => ({ ...first, id }));
    const strayed = { path: 'obj.ts', family: 'OBJ', entries };
    assert.deepEqual(disorder(strayed), [
      'obj.ts: SEED-0002 breaks ABI first',
      'obj.ts: BUG-009 breaks ABI first',
      'obj.ts: BUG-010 breaks ABI first',
      'obj.ts: BUG-009 behind SEED-0002',
    ]);
    assert.deepEqual(disorder({ path: 'pages/more.ts', family: 'PAGES', entries: [] }), [
      'pages/more.ts: no family PAGES',
      'pages/more.ts: no mutant',
    ]);
  });

  it('replaces parts by what extends them', () => {
    for (const mutant of catalogue) {
      assert.notDeepEqual(withBug(originalParts, mutant), originalParts, `${mutant.id} has no bug`);
    }
    const [mutant] = catalogue;
    assert.ok(mutant);
    const bug: Mutant['bug'] = ({ iommufd }) => class extends class extends iommufd.Access {} {};
    assert.throws(() => withBug(originalParts, { ...mutant, bug }), /extends no part/);
  });
});

const known = new Set(families.map(({ family }) => family));

function disorder({ path, family, entries }: FamilyFile): string[] {
  const ids = entries.map(({ id }) => id);
  const found = [
    ...(known.has(family) ? [] : [`no family ${family}`]),
    ...(entries.length > 0 ? [] : ['no mutant']),
    ...entries.flatMap(({ id, breaks: [first] }) => {
      const home = first.replace(/-\d+$/, '');
      return home === family ? [] : [`${id} breaks ${home} first`];
    }),
    // BUG is before SEED, and numbers have one length.
    ...ids.flatMap((id, at) =>
      at > 0 && id < (ids[at - 1] ?? id) ? [`${id} behind ${ids[at - 1]}`] : [],
    ),
  ];
  return found.map((problem) => `${path}: ${problem}`);
}
