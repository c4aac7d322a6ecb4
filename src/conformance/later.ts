import { families } from './requirements/index.ts';
import { untestable } from './untestable.ts';

/** Families of which no scenario is written yet. A family leaves the list with its first scenario. */
export const laterFamilies: readonly string[] = [];

/**
 * Requirements that wait for another family: one whose objects they are about, or one of the hardware that they need
 * and that no machine models.
 */
const waiting: Readonly<Record<string, string>> = {
  'IOAS-MAP-45': 'HW-VTD',
  'FAULT-09': 'HW-VTD',
  'FAULT-10': 'HW-VTD',
  'HWINFO-18': 'HW-AMD',
  'HWPT-25': 'HW-AMD',
  'HWPT-31': 'HW-VTD',
  'HWPT-32': 'HW-VTD',
  'HWPT-39': 'HW-AMD',
  'INV-18': 'HW-VTD',
  'INV-19': 'HW-VTD',
  'DEV-26': 'HW-VTD',
  'VFIO-11': 'VFIO-GRP',
  'VFIO-35': 'VFIO-GRP',
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
