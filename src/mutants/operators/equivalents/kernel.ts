import type { Equivalent } from './equivalent.ts';

const layout = 'in which order free memory is given out is promised nowhere: a layout is a choice';

/** Of src/reference/kernel/{lib,mm,iommufd}. */
export const kernel: readonly Equivalent[] = [
  {
    file: 'src/reference/kernel/lib/random-numbers.ts',
    where: 'RandomNumbers.next',
    operator: 'BlockStatement',
    before:
      '{\n    this.state ^= this.state << 13;\n    this.state ^= this.state >>> 17;\n    this.state ^= this.state << 5;\n    return this.state;\n  }',
    after: '{}',
    reason: `without numbers the tree of holes is a list, and ${layout}`,
  },
  {
    file: 'src/reference/kernel/mm/memory-layout.ts',
    where: 'MemoryLayout.block',
    operator: 'ConditionalExpression',
    before: 'this.seed === 0',
    after: 'true',
    reason: layout,
  },
  {
    file: 'src/reference/kernel/mm/memory-layout.ts',
    where: 'MemoryLayout.constructor',
    operator: 'ConditionalExpression',
    before: '(seed & 1) !== 0',
    after: 'true',
    reason: layout,
  },
  {
    file: 'src/reference/kernel/mm/memory-layout.ts',
    where: 'MemoryLayout.pages',
    operator: 'ConditionalExpression',
    before: 'this.seed !== 0',
    after: 'true',
    reason: layout,
  },
  {
    file: 'src/reference/kernel/mm/memfd.ts',
    where: 'Memfd.fillHole',
    operator: 'ConditionalExpression',
    before: 'this.users === 0',
    after: 'false',
    reason: 'an assertion: nothing reads a file that nobody refers to',
  },
];
