/** What a device writes there on x86 is an interrupt, and goes to no memory. */
export const INTERRUPT_MESSAGES = { first: 0xfee0_0000n, last: 0xfeef_ffffn } as const;
