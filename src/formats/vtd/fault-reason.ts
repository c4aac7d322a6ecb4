/** VT-d, 7.1.3 Fault Conditions: reasons of legacy mode, then those of scalable mode. HW-VTD-51 52 */
export const FaultReason = {
  RootEntryNotPresent: 0x1,
  ContextEntryNotPresent: 0x2,
  ContextEntryInvalid: 0x3,
  BeyondAddressWidth: 0x4,
  NoWrite: 0x5,
  NoRead: 0x6,
  RootEntryReserved: 0xa,
  ContextEntryReserved: 0xb,
  PagingEntryReserved: 0xc,
  /** A translation request of a device whose context entry answers none. */
  TranslationTypeBlocked: 0xd,
  /** TTM is none that the unit has. */
  RootTableInvalid: 0x30,
  PasidInLegacyMode: 0x31,
  ScalableRootNotPresent: 0x39,
  ScalableRootReserved: 0x3a,
  ScalableContextNotPresent: 0x41,
  ScalableContextReserved: 0x42,
  TranslationRequestBlocked: 0x44,
  PasidsDisabled: 0x45,
  PasidTooLarge: 0x46,
  DirectoryNotPresent: 0x51,
  DirectoryReserved: 0x52,
  PasidEntryNotPresent: 0x59,
  PasidEntryReserved: 0x5a,
  PasidEntryInvalid: 0x5b,
  FirstStageNotPresent: 0x71,
  FirstStageReserved: 0x72,
  /** The second stage refuses the first table of the first stage, another one, or the update of an entry. */
  NestedRootNoRead: 0x75,
  NestedEntryNoRead: 0x76,
  NestedEntryNoWrite: 0x77,
  /** Also where an entry grants none at all. */
  SecondStageNoRight: 0x79,
  SecondStageReserved: 0x7a,
  NotCanonical: 0x80,
  UserAccess: 0x81,
  SecondStageBeyondWidth: 0x84,
  ScalableNoWrite: 0x85,
  ScalableNoRead: 0x86,
} as const;

export type FaultReason = (typeof FaultReason)[keyof typeof FaultReason];
