import assert from 'node:assert/strict';
import { test } from 'node:test';

import { all, byId, families } from './index.ts';
import { isSince, requirementId } from '../requirement.ts';
import { later } from '../later.ts';
import { untestable } from '../untestable.ts';

/**
 * How many numbers each family has assigned, or which, where an inventory of hardware numbered them; a number is added
 * here when it is added to its table.
 */
const assigned: Readonly<Record<string, number | readonly (number | Range)[]>> = {
  ABI: 31,
  OBJ: 34,
  'IOAS-ALLOC': 4,
  'IOAS-RANGES': 15,
  'IOAS-ALLOW': 13,
  'IOAS-MAP': 49,
  'IOAS-FILE': 31,
  'IOAS-COPY': 24,
  'IOAS-UNMAP': 21,
  OPT: 40,
  PIN: 39,
  DEV: 52,
  PASID: 26,
  HWINFO: 21,
  HWPT: 43,
  INV: 23,
  DIRTY: 26,
  FAULT: 33,
  VIOMMU: 16,
  VDEV: 10,
  VEVQ: 22,
  HWQ: 16,
  MMAP: 8,
  VFIO: 43,
  NOIO: 5,
  MOCK: 32,
  'VFIO-CDEV': 16,
  'VFIO-ATT': 13,
  'VFIO-DET': 2,
  'VFIO-PAS': 6,
  'VFIO-CFG': [[1, 44]],
  'VFIO-RW': [[1, 12]],
  'VFIO-MAP2': [[1, 11]],
  'VFIO-RGN': [[1, 4]],
  'VFIO-DEV': [1, 2],
  'VFIO-IOE': [[1, 10]],
  'VFIO-DBUF': [[1, 13]],
  'VFIO-LIFE': [[1, 11]],
  'VFIO-SYS': [[1, 13]],
  'VFIO-MIG': 24,
  'VFIO-LOG': 8,
  'VFIO-IRQ': 7,
  'VFIO-INT': [[1, 27]],
  'VFIO-RST': 1,
  'VFIO-RST2': [[1, 10]],
  'VFIO-HOT': 5,
  'VFIO-FEA': 6,
  'VFIO-PM': 12,
  'VFIO-CTR': 19,
  'VFIO-INF': 8,
  'VFIO-MAP': 15,
  'VFIO-UNM': 16,
  'VFIO-DRT': 8,
  'VFIO-GRP': 18,
  'VFIO-XCL': 11,
  'VFIO-CMP': 15,
  'HW-VTD': [
    [1, 10],
    [20, 24],
    [30, 45],
    [50, 53],
    [60, 66],
    [70, 78],
    [80, 89],
  ],
  'HW-SMU': [[1, 44]],
  'HW-AMD': [[1, 23]],
  'HW-VIO': [[1, 49]],
  'HW-FLG': [[1, 6]],
  'HW-PCI': [[1, 11]],
  'HW-PRQ': [[1, 17]],
  'HW-PSC': 8,
  'HW-ENQ': [[1, 6]],
  'HW-STK': [[1, 8]],
  'VMM-OBJ': [[3, 6]],
  'VMM-CB': [[1, 8], 15],
  'VMM-ATT': [[1, 3], 8, 10, 12, [14, 17]],
  'VMM-LST': [[2, 4], 8],
  'VMM-DRT': 3,
  'VMM-ORD': [1, 6],
  'HW-CPY': 3,
};

/** From the first to the last. */
type Range = readonly [number, number];

function numbersOf(assignment: number | readonly (number | Range)[]): number[] {
  const ranges = typeof assignment === 'number' ? [[1, assignment] as const] : assignment;
  return ranges.flatMap((each) => {
    const [first, last] = typeof each === 'number' ? [each, each] : each;
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

test('each family has every number that was assigned', () => {
  const expected = Object.entries(assigned).flatMap(([family, assignment]) =>
    numbersOf(assignment).map((number) => requirementId(family, number)),
  );
  assert.deepEqual(
    all.map(({ id }) => id),
    expected,
  );
});

test('no two requirements share an id or a sentence', () => {
  assert.equal(byId.size, all.length);
  for (const { family, requirements } of families) {
    assert.equal(new Set(requirements.map(({ says }) => says)).size, requirements.length, family);
  }
});

test('what a requirement says is one sentence with a full stop', () => {
  for (const { id, says, changed } of all) {
    for (const sentence of [says, changed?.was ?? says]) {
      assert.match(sentence, /^[A-Za-z/][^\n]*[^ .]\.$/, id);
      assert.doesNotMatch(sentence, /\. [A-Z]|▸| {2}|should/, id);
    }
  }
});

test('each requirement names a source, and a contract one names what the kernel documents', () => {
  for (const { id, level, source } of all) {
    assert.ok(source.length > 0, id);
    if (level === 'contract') {
      assert.ok(
        source.some(({ kind }) => kind === 'uapi' || kind === 'documentation' || kind === 'book'),
        id,
      );
    }
  }
});

test('a change came after the release that brought the command', () => {
  for (const { id, since, changed } of all) {
    if (changed !== undefined) assert.ok(isSince(changed.after, since), id);
  }
});

test('a requirement is untestable or later, never both, and exists', () => {
  for (const id of [...Object.keys(untestable), ...Object.keys(later)]) {
    assert.ok(byId.has(id), id);
    assert.ok(!(id in untestable && id in later), id);
  }
});

test('releases compare by number', () => {
  assert.ok(isSince('6.12.117', '6.12'));
  assert.ok(isSince('7.0', '6.19'));
  assert.ok(isSince('6.13', '6.2'));
  assert.ok(!isSince('6.2', '6.13'));
});
