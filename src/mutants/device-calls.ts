import type { IommufdDevice } from '#reference/kernel/iommufd/device.ts';

/** What the steps of an attachment are told: mutants pass it on as a whole. */

export type AttachCall = Parameters<IommufdDevice['attachTo']>;
export type AutomaticCall = Parameters<IommufdDevice['changeToAutomatic']>;
export type ChangeCall = Parameters<IommufdDevice['changeTable']>;
export type MoveCall = Parameters<IommufdDevice['moveGroup']>;
