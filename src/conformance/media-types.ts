/** What a scenario leaves for the reports beyond cucumber's own messages, by media type. */
export const mediaTypes = {
  /** Why the scenario did not run. */
  skipReason: 'text/x.iommufd.skip-reason',
  /** The system calls of a failing scenario, as strace prints them. */
  trace: 'text/x.iommufd.strace',
  /** What the kernel said on its console. */
  console: 'text/x.iommufd.console',
  /** JSON: the machine that serves this scenario and those after it. */
  machine: 'application/x.iommufd.machine+json',
  /** The name of the machine that this run of the scenario is for, where it runs on several. */
  place: 'text/x.iommufd.place',
  /** JSON: how the run was asked for. It belongs to no scenario. */
  plan: 'application/x.iommufd.plan+json',
} as const;
