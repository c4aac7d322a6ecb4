import { alike, type Equivalent } from './equivalent.ts';

/** Of src/reference/kernel/iommu. */
export const iommu: readonly Equivalent[] = [
  ...alike(
    'src/reference/kernel/iommu/amd/amd-iommu.ts',
    'the same entry would be written again: what is cached of it is the same afterwards',
    [
      'AmdIommu.attach',
      'ConditionalExpression',
      'this.attached.get(rid)?.domain === domain',
      'false',
    ],
  ),
  ...alike(
    'src/reference/kernel/iommu/amd/amd-iommu.ts',
    'the words of an entry behind the second one are 0',
    [
      'AmdIommu.writeEntry',
      'ArithmeticOperator',
      'address + 8n + 8n * BigInt(index)',
      'address + 8n - 8n * BigInt(index)',
    ],
  ),
  ...alike(
    'src/reference/kernel/iommu/amd/protection-domain.ts',
    "more is flushed than has to be, and is found again in tables that are the kernel's",
    ['ProtectionDomain.flushRange', 'ConditionalExpression', 'hasDeviceTlb', 'true'],
    [
      'ProtectionDomain.flushUnits.options',
      'ConditionalExpression',
      'range === undefined',
      'false',
    ],
    ['ProtectionDomain.flushUnits', 'ObjectLiteral', '{ ...options, pasid: 0 }', '{}'],
  ),
  ...alike(
    'src/reference/kernel/iommu/arm/arm-smmu-v3.ts',
    'IOMMUFD takes a page table for PASIDs to PASIDs only, which is none of the second stage; one unit has substreams',
    ['ArmSmmuV3.attachPasid.isOfStage1', 'ConditionalExpression', 'domain.stage === 1', 'true'],
    [
      'ArmSmmuV3.attachPasid',
      'LogicalOperator',
      '!isOfStage1 || domain.unit !== this.unit || !contexts',
      '(!isOfStage1 || domain.unit !== this.unit) && !contexts',
    ],
  ),
  ...alike(
    'src/reference/kernel/iommu/arm/guest-entries.ts',
    'an entry without words is one of zeros',
    ['checkGuestEntry', 'ArrayDeclaration', '[0n, 0n]', '[]'],
  ),
  ...alike(
    'src/reference/kernel/iommu/arm/stream-table.ts',
    'the words behind the first one are written a second time',
    ['StreamTable.writeEntry', 'MethodExpression', 'words.slice(0, 1)', 'words'],
  ),
  ...alike(
    'src/reference/kernel/iommu/arm/stream-table.ts',
    'each device has an entry of its own before it sends anything',
    [
      'StreamTable.addLeaf',
      'ArithmeticOperator',
      'stream + STREAMS_OF_LEAF',
      'stream - STREAMS_OF_LEAF',
    ],
  ),
  ...alike(
    'src/reference/kernel/iommu/group.ts',
    'who has a handle for a PASID has a driver that attaches PASIDs',
    [
      'Group.movePasid.error',
      'OptionalChaining',
      'this.ops.attachPasid?.(member.hardware, pasid, domain)',
      'this.ops.attachPasid(member.hardware, pasid, domain)',
    ],
  ),
  ...alike(
    'src/reference/kernel/iommu/intel/cache-tags.ts',
    'a unit in caching mode nests nothing, and a device that keeps nothing of what was not there is told in vain',
    [
      'CacheTags.flushNew.isCached',
      'EqualityOperator',
      "tag.kind === 'nesting'",
      "tag.kind !== 'nesting'",
    ],
  ),
  ...alike(
    'src/reference/kernel/iommu/intel/fault-log.ts',
    'a text among the records is of no requester',
    ['FaultLog.entries', 'ArrayDeclaration', '[]', '["Stryker was here"]'],
  ),
  ...alike(
    'src/reference/kernel/iommu/intel/intel-iommu.ts',
    'a unit that remembers nothing of what is not there is told in vain',
    [
      'IntelIommu.newDomain.syncsMaps',
      'LogicalOperator',
      "options.stage === 'second' && this.features.cachingMode",
      "options.stage === 'second' || this.features.cachingMode",
    ],
    ['IntelIommu.setContext', 'ConditionalExpression', 'this.features.cachingMode', 'true'],
  ),
  ...alike(
    'src/reference/kernel/iommu/intel/pasid-table.ts',
    'a directory in more memory than it needs',
    [
      'PasidTable.constructor',
      'EqualityOperator',
      'this.directoryEntries > ENTRIES_OF_A_PAGE',
      'this.directoryEntries >= ENTRIES_OF_A_PAGE',
    ],
    [
      'PasidTable.constructor',
      'ConditionalExpression',
      'this.directoryEntries > ENTRIES_OF_A_PAGE',
      'true',
    ],
  ),
  ...alike(
    'src/reference/kernel/iommu/intel/queued-invalidation.ts',
    'the driver sends nothing that its unit does not take, and where nothing is left a wait more is not looked at',
    ['QueuedInvalidation.submit', 'ConditionalExpression', 'this.queue.failed', 'true'],
    [
      'QueuedInvalidation.recover',
      'BlockStatement',
      '{\n    const at = this.ring + this.queue.head;\n    const [low, high] = waitDescriptor(this.status, DONE);\n    this.pages.memory.write64(at, low);\n    this.pages.memory.write64(at + 8n, high);\n    this.queue.clearError();\n  }',
      '{}',
    ],
  ),
  ...alike('src/reference/kernel/iommu/io-pgfault.ts', 'a text among the requests is of no group', [
    'PageRequests.discardPartial',
    'ArrayDeclaration',
    '[]',
    '["Stryker was here"]',
  ]),
  ...alike('src/reference/kernel/iommu/pci-ats.ts', 'ATS is switched off where it was on', [
    'disableAts',
    'ConditionalExpression',
    'at !== undefined',
    'true',
  ]),
  ...alike(
    'src/reference/kernel/iommu/arm/context-table.ts',
    'a table in more memory than it needs',
    ['ContextTable.constructor', 'ConditionalExpression', 'substreamBits > BITS_OF_A_PAGE', 'true'],
    [
      'ContextTable.constructor',
      'EqualityOperator',
      'substreamBits > BITS_OF_A_PAGE',
      'substreamBits >= BITS_OF_A_PAGE',
    ],
  ),
  ...alike(
    'src/reference/kernel/iommu/pci-ats.ts',
    'page requests are switched on where they were reset before',
    ['enablePageRequests', 'ConditionalExpression', 'at === undefined', 'false'],
  ),
];
