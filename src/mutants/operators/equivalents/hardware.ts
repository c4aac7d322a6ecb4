import { alike, type Equivalent } from './equivalent.ts';

/** Of src/reference/hardware. */
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
    'src/reference/hardware/vtd/context-cache.ts',
    'the driver invalidates the context entry of a device, never those of a domain',
    [
      'ContextCache.invalidateDomain',
      'ConditionalExpression',
      'domainOf(entry) === domainId',
      'false',
    ],
    [
      'ContextCache.invalidateDomain',
      'EqualityOperator',
      'domainOf(entry) === domainId',
      'domainOf(entry) !== domainId',
    ],
  ),
  ...alike(
    'src/reference/hardware/vtd/faults.ts',
    'there is one register: while it is taken nothing is recorded, whoever comes, and its driver clears it together with the overflow',
    ['FaultRecording.registers', 'ObjectLiteral', '{ length: REGISTERS }', '{}'],
    [
      'FaultRecording.record',
      'LogicalOperator',
      'this.hasOverflowed || this.isRecorded(fault)',
      'this.hasOverflowed && this.isRecorded(fault)',
    ],
    ['FaultRecording.record', 'BooleanLiteral', 'true', 'false'],
    [
      'FaultRecording.isRecorded',
      'BlockStatement',
      '{\n    return this.records.some((other) => other.rid === rid);\n  }',
      '{}',
    ],
    ['FaultRecording.isRecorded', 'ConditionalExpression', 'other.rid === rid', 'true'],
  ),
  ...alike(
    'src/reference/hardware/vtd/invalidation-queue.ts',
    'the driver tells devices that are there, and each of its waits writes a status',
    [
      'InvalidationQueue.invalidateDevice',
      'OptionalChaining',
      'endpoint?.invalidateTranslations',
      'endpoint.invalidateTranslations',
    ],
    ['InvalidationQueue.wait', 'ConditionalExpression', '!status', 'false'],
  ),
  ...alike('src/reference/hardware/vtd/scalable-mode.ts', 'a device without PASIDs sends none', [
    'ScalableMode.translate',
    'BlockStatement',
    '{\n      return { reason: FaultReason.PasidsDisabled, silent };\n    }',
    '{}',
  ]),
  ...alike(
    'src/reference/hardware/vtd/second-stage.ts',
    "tables of a second stage are the kernel's, which writes no entry without sense",
    [
      'hasReservedBits',
      'ConditionalExpression',
      'level > 3 || address % entrySpan(level) !== 0n',
      'false',
    ],
  ),
  ...alike(
    'src/reference/hardware/vtd/vtd-unit.ts',
    'the driver sends no invalidation of devices to a unit that has none',
    [
      'VtdUnit.constructor.deviceTlbs',
      'ConditionalExpression',
      '(this.extendedCapability & ECAP.DeviceTlb) !== 0n',
      'true',
    ],
  ),
  ...alike(
    'src/reference/hardware/vtd/vtd-unit.ts',
    'a device that asks for a write has no use for what it may read only',
    ['VtdUnit.answerByContext', 'ConditionalExpression', "typeof readable === 'object'", 'true'],
  ),
  ...alike(
    'src/reference/hardware/vtd/vtd-unit.ts',
    'no driver chooses the mode in which everything is aborted',
    ['hasMode', 'EqualityOperator', 'mode === Abort', 'mode !== Abort'],
  ),
];
