import type { FaultRecord } from '#formats/vtd/fault-record.ts';

import type { FaultRecording } from '../../../hardware/vtd/faults.ts';

/** drivers/iommu/intel/dmar.c, dmar_fault(): what the driver logs of accesses that its unit refused. HW-VTD-50 52 73 */
export class FaultLog {
  protected readonly recording: FaultRecording;
  private entries: FaultRecord[] = [];
  /** Of the registers, the one that is read next. */
  private next = 0;

  constructor(recording: FaultRecording) {
    this.recording = recording;
  }

  /** What a requester was refused since the last time, the oldest first. */
  take(rid: number): readonly FaultRecord[] {
    const taken = this.entries.filter((entry) => entry.rid === rid);
    this.entries = this.entries.filter((entry) => entry.rid !== rid);
    return taken;
  }

  clear(): void {
    [this.entries, this.next] = [[], 0];
    this.recording.clear();
  }

  /** Each record is cleared as it is read; then what says that there are some, and that some were lost. */
  handleInterrupt(): void {
    const { recording } = this;
    for (let left = recording.count; left > 0; left--) {
      const record = recording.read(this.next);
      if (!record) break;
      recording.clearRecord(this.next);
      this.entries.push(record);
      this.next = (this.next + 1) % recording.count;
    }
    recording.clearStatus();
  }
}
