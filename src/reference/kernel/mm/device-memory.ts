/** Registers that a process may map: a VM_PFNMAP area. Nothing of it can be pinned. */
export interface DeviceMemory {
  /** Physical address of its first byte, page aligned. */
  readonly physical: bigint;
}
