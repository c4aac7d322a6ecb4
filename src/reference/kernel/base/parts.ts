import { DriverCore } from './driver-core.ts';

export const baseParts = {
  DriverCore,
};

export interface BaseParts {
  readonly base: typeof baseParts;
}
