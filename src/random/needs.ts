import { makerOf, recordNamed, recordOf } from '#commands/index.ts';
import type { Feature } from '#port/features.ts';

import type { Call, IoctlCall, Operands } from './call.ts';

/** What a machine has to have for a call to be worth making: the tags of a scenario that makes it. */

function number(fields: Operands, path: string): number {
  const operand = fields[path];
  return operand?.kind === 'value' ? Number(operand.value) : 0;
}

function ofIoctl({ command, fields }: IoctlCall): Feature[] {
  const record = recordOf(command, number(fields, 'op'));
  const ofBits = Object.entries(record?.fields ?? {}).flatMap(([path, { bits = {} }]) =>
    Object.entries(bits).filter(([bit]) => (number(fields, path) & Number(bit)) !== 0),
  );
  const ofData = command.name === 'IOMMU_HWPT_ALLOC' ? ofTable(fields) : [];
  return [...(record?.needs ?? []), ...ofBits.map(([, feature]) => feature), ...ofData];
}

/** A page table of a release that has no such data takes the flags alone. */
function ofTable(fields: Operands): Feature[] {
  if (number(fields, 'data_type') === 0) return [];
  const nested = fields['pt_id']?.kind === 'id' && fields['pt_id'].of !== 'ioas';
  return [nested ? 'nesting' : 'page-table-types'];
}

export function needsOf(call: Call): readonly Feature[] {
  switch (call.kind) {
    case 'ioctl':
      return ofIoctl(call);
    case 'plain ioctl':
      return recordNamed(call.command.name)?.needs ?? [];
    case 'mmap':
    case 'munmap':
      return ['hw-queue'];
    case 'fork':
      return call.privileged ? ['processes'] : ['processes', 'limits'];
    case 'read':
      return makerOf(call.of).record.needs;
    default:
      return [];
  }
}
