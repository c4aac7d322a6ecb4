import { mutants } from './mutant.ts';

/** Areas, places and ranges: features/iommufd/ioas-*.feature. */
export const ioas = mutants({
  id: 'SEED-001',
  breaks: ['IOAS-MAP-14'],
  story:
    'A map may share the first byte of an area with it: the last IOVA of the map is exclusive.',
  like: 'off by one in an interval tree query, where node.last is inclusive',
  parts: ({ AreaTree }) => ({
    AreaTree: class extends AreaTree {
      override intersecting(
        first: bigint,
        last: bigint,
      ): ReturnType<InstanceType<typeof AreaTree>['intersecting']> {
        return last > first
          ? super.intersecting(first, last - 1n)
          : super.intersecting(first, last);
      }
    },
  }),
});
