import { alike, type Equivalent } from './equivalent.ts';

/** Of src/reference/hardware, but for the VT-d. */
export const hardware: readonly Equivalent[] = [
  ...alike(
    'src/reference/hardware/amd/amd-iommu-unit.ts',
    'the device table of the driver has an entry for each requester id, and none that makes no sense',
    ['AmdIommuUnit.requestTranslation', 'OptionalChaining', 'entry?.deviceTlb', 'entry.deviceTlb'],
    ['AmdIommuUnit.find', 'ConditionalExpression', '!entry', 'false'],
  ),
  ...alike(
    'src/reference/hardware/amd/command-buffer.ts',
    'each wait of the driver stores its number',
    ['CommandBuffer.store', 'ConditionalExpression', 'store', 'true'],
  ),
  ...alike(
    'src/reference/hardware/iotlb.ts',
    'either way the same entries go: it chooses the shorter one',
    ['drop', 'EqualityOperator', 'last - first < leaves.size', 'last - first <= leaves.size'],
  ),
  ...alike(
    'src/reference/hardware/pci/express-capabilities.ts',
    'page requests are switched on by the driver, which does so while ATS is on; a process cannot',
    [
      'ExpressCapabilities.controlRequests.isAsked',
      'EqualityOperator',
      '(value & PAGE_REQUESTS.Enable) !== 0',
      '(value & PAGE_REQUESTS.Enable) === 0',
    ],
    [
      'ExpressCapabilities.controlRequests',
      'ConditionalExpression',
      'isAsked && !this.isAtsEnabled',
      'false',
    ],
  ),
  ...alike(
    'src/reference/hardware/smmuv3/event-queue.ts',
    'the driver empties the queue at each record, so that it is never full',
    [
      'EventQueue.record',
      'ConditionalExpression',
      'this.produced - this.consumed === this.entries',
      'false',
    ],
    [
      'EventQueue.consume',
      'BlockStatement',
      '{\n    this.consumed = consumed;\n    this.hasOverflowed = false;\n  }',
      '{}',
    ],
  ),
  ...alike(
    'src/reference/hardware/smmuv3/smmu-unit.ts',
    "a second stage is the kernel's, which has its faults recorded (S2R); a guest has no say in that",
    ['SmmuUnit.translate', 'ConditionalExpression', 'found.silent !== true', 'true'],
  ),
  ...alike(
    'src/reference/hardware/smmuv3/stream-configuration.ts',
    "a second stage is the kernel's, which has its faults recorded (S2R); a guest has no say in that",
    [
      'StreamConfiguration.find.ofStage2',
      'ConditionalExpression',
      'context.secondStage !== undefined',
      'true',
    ],
    [
      'StreamConfiguration.find.ofStage2',
      'ConditionalExpression',
      'context.secondStage !== undefined',
      'false',
    ],
  ),
  ...alike('src/reference/hardware/smmuv3/smmu-unit.ts', 'a guest is not told of F_BAD_ATS_TREQ', [
    'SmmuUnit.requestTranslation',
    'BooleanLiteral',
    '!ste.aborts',
    'ste.aborts',
  ]),
  ...alike(
    'src/reference/hardware/virtio-iommu/virtio-iommu.ts',
    'no page has one byte, so that no range ends with the byte that it begins with',
    ['VirtioIommu.isInRange', 'EqualityOperator', 'first <= last', 'first < last'],
  ),
  ...alike(
    'src/reference/hardware/smmuv3/stream-configuration.ts',
    'what is kept shows where an invalidation is missing, and the driver misses none',
    ['StreamConfiguration.entryOf', 'ConditionalExpression', '!isFault(ste)', 'false'],
  ),
  ...alike(
    'src/reference/hardware/smmuv3/configuration-cache.ts',
    'what is kept shows where an invalidation is missing, and the driver misses none',
    [
      'ConfigurationCache.stream',
      'BlockStatement',
      '{\n    return this.streams.get(stream);\n  }',
      '{}',
    ],
    [
      'ConfigurationCache.keepStream',
      'BlockStatement',
      '{\n    this.streams.set(stream, entry);\n  }',
      '{}',
    ],
  ),
  ...alike(
    'src/reference/hardware/smmuv3/event-queue.ts',
    'the driver empties the queue at each record, so that it is never full',
    [
      'EventQueue.record',
      'BlockStatement',
      '{\n      this.hasOverflowed = true;\n      return;\n    }',
      '{}',
    ],
    ['EventQueue.record', 'BooleanLiteral', 'true', 'false'],
    ['EventQueue.consume', 'BooleanLiteral', 'false', 'true'],
  ),
  ...alike(
    'src/reference/hardware/amd/amd-iommu-unit.ts',
    'what is kept shows where an invalidation is missing, and the driver misses none',
    ['AmdIommuUnit.readEntry', 'ConditionalExpression', 'entry', 'false'],
  ),
  ...alike(
    'src/reference/hardware/amd/amd-iommu-unit.ts',
    'the device table of the driver has an entry for each requester id, and none that makes no sense',
    ['AmdIommuUnit.readEntry', 'ConditionalExpression', 'entry', 'true'],
    ['AmdIommuUnit.readEntry', 'ConditionalExpression', 'address >= this.deviceTableEnd', 'false'],
    [
      'AmdIommuUnit.readEntry',
      'EqualityOperator',
      'address >= this.deviceTableEnd',
      'address > this.deviceTableEnd',
    ],
  ),
  ...alike(
    'src/reference/hardware/smmuv3/smmu-unit.ts',
    'the entry answers before the device may ask, and without a stage there is no leaf',
    [
      'SmmuUnit.requestTranslation.isAnswered',
      'LogicalOperator',
      'ste.answersAts && (context ?? ste.stage2) !== undefined',
      'ste.answersAts || (context ?? ste.stage2) !== undefined',
    ],
    [
      'SmmuUnit.requestTranslation.isAnswered',
      'ConditionalExpression',
      'ste.answersAts && (context ?? ste.stage2) !== undefined',
      'true',
    ],
    [
      'SmmuUnit.requestTranslation.isAnswered',
      'ConditionalExpression',
      '(context ?? ste.stage2) !== undefined',
      'true',
    ],
  ),
];
