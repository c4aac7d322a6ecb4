import type { MachineHardware } from '#reference/machine/machine-hardware.ts';

/** Looks for what only a broken reference does with memory, while all is quiet. */
export class FrameCheck {
  private readonly hardware: MachineHardware;
  private framesInUse: number;
  private strayWrites = 0;
  private unsaid: string[] = [];

  constructor(hardware: MachineHardware) {
    this.hardware = hardware;
    this.framesInUse = hardware.pages.inUse;
  }

  /** No process is left, no device is in use. */
  check(): void {
    const { pages, memory } = this.hardware;
    const [leaked, stray] = [pages.inUse - this.framesInUse, memory.strayWrites - this.strayWrites];
    if (leaked !== 0) this.unsaid.push(`${leaked} more frames are in use than at the start`);
    if (stray !== 0) this.unsaid.push(`${stray} writes went to memory that was not in use`);
    [this.framesInUse, this.strayWrites] = [pages.inUse, memory.strayWrites];
  }

  /** Each complaint once. */
  takeComplaints(): readonly string[] {
    const complaints = this.unsaid;
    this.unsaid = [];
    return complaints;
  }
}
