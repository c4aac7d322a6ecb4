/** What a device writes there on x86 is an interrupt, and goes to no memory. */
export const INTERRUPT_MESSAGES = { first: 0xfee0_0000n, last: 0xfeef_ffffn } as const;

/** PCI 3.0, 6.2.2: bit 10 of the command register, Interrupt Disable; 6.2.3: bit 3 of the status register, Interrupt Status. */
export const INTERRUPT_DISABLE = 0x400;
export const INTERRUPT_STATUS = 8;
