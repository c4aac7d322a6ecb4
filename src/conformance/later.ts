import { families } from './requirements/index.ts';
import { untestable } from './untestable.ts';

/** Families of which no scenario is written yet. A family leaves the list with its first scenario. */
export const laterFamilies: readonly string[] = [];

/**
 * Requirements that wait for another family: one whose objects they are about, or one of the hardware that they need
 * and that no machine models.
 */
const waiting: Readonly<Record<string, string>> = {
  'HWINFO-16': 'HW-SMU',
  'HWPT-33': 'HW-SMU',
  'HWPT-34': 'HW-SMU',
  'HWPT-35': 'HW-SMU',
  'HWPT-36': 'HW-SMU',
  'HWPT-37': 'HW-SMU',
  'INV-20': 'HW-SMU',
  'INV-21': 'HW-SMU',
  'INV-22': 'HW-SMU',
  'VIOMMU-11': 'HW-SMU',
  'VIOMMU-12': 'HW-SMU',
  'VDEV-10': 'HW-SMU',
  'VEVQ-21': 'HW-SMU',
  'DEV-40': 'HW-SMU',
  'DEV-43': 'HW-SMU',
};

/** Requirements whose scenarios come later, and the family they come with. Reports count them apart. */
export const later: Readonly<Record<string, string>> = { ...ofFamilies(), ...waiting };

function ofFamilies(): Record<string, string> {
  const requirements = families
    .filter(({ family }) => laterFamilies.includes(family))
    .flatMap((family) => family.requirements);
  const testable = requirements.filter(({ id }) => !(id in untestable));
  return Object.fromEntries(testable.map(({ id, family }) => [id, family]));
}
