/**
 * Requirements about objects that a family of the inventories brings which has no table here yet: id, and that family.
 * They have no scenario until then, and reports count them apart.
 */
export const later: Readonly<Record<string, string>> = {
  'ABI-30': 'HWINFO',
  'OBJ-10': 'HWPT',
  'OBJ-13': 'HWQ',
  'OBJ-15': 'VIOMMU',
  'OBJ-16': 'VEVQ',
  'OBJ-17': 'HWQ',
  'OBJ-18': 'VDEV',
  'OBJ-19': 'VDEV',
  'OBJ-32': 'VIOMMU',
  'IOAS-MAP-45': 'HWPT',
  'IOAS-FILE-18': 'VFIO-FEA',
  'IOAS-FILE-25': 'VFIO',
  'IOAS-UNMAP-15': 'HWQ',
  'OPT-39': 'NOIO',
  'VFIO-CDEV-06': 'VFIO-GRP',
  'VFIO-CDEV-07': 'VFIO-GRP',
  'VFIO-ATT-11': 'VFIO-GRP',
};
