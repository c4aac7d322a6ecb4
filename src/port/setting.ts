/** What can be said to an adapter by `--adapter-option name=value`. */
export interface Setting {
  /** Every value there is, or the form of one. */
  readonly takes: readonly string[] | SettingForm;
  /** One line for `conformance adapters`. */
  readonly says: string;
}

/** By name. */
export type Settings = Readonly<Record<string, Setting>>;

/** `number` is a whole one, 0 or more. */
export const settingForms = ['number', 'path', 'text'] as const;
export type SettingForm = (typeof settingForms)[number];
