import assert from 'node:assert/strict';
import { test } from 'node:test';

import { featureFiles, parseFeature } from './features.ts';
import { rawWords } from './raw-words.ts';

function inFeature(path: string, rule: string): string[] {
  const text = `
    Feature: commands
      Rule: ${rule}
        Scenario Outline: <what>
          Given a vDEVICE "guest nic" with virt_id 0x55
          And it stores:
            | <cmd> | 0x0001000000000012 |

          Examples: opcodes
            | what       | cmd          |
            | CFGI_CD    | 0x5500000005 |

          Examples: reserved bits
            | what       | cmd          |
            | the 33rd   | 0x100000005  |`;
  return rawWords(parseFeature(path, text));
}

test('words of many hexadecimal digits stand only where reserved bits are the subject', () => {
  const path = 'features/hardware/commands.feature';
  assert.deepEqual(inFeature(path, 'a guest has commands'), [
    `${path}: <what>: 0x0001000000000012`,
    `${path}: <what>: 0x5500000005`,
  ]);
  assert.deepEqual(inFeature(path, 'reserved bits are refused'), []);
  assert.deepEqual(inFeature(path, 'unknown commands are refused'), []);
  assert.deepEqual(inFeature('features/uapi/commands.feature', 'a guest has commands'), []);
});

test('no hexadecimal number at all stands where things have names', () => {
  const found = inFeature('features/iommufd/commands.feature', 'a guest has commands');
  assert.equal(found.length, 3);
  assert.match(found[0] ?? '', /virt_id 0x55/);
});

test('the features have no raw words', () => {
  assert.deepEqual(featureFiles().flatMap(rawWords), []);
});
