import { overPages, sync, COMMAND_SIZE } from '#formats/smmuv3/commands.ts';
import type { Command } from '#formats/smmuv3/commands.ts';

import type { CommandQueue } from '../../../hardware/smmuv3/command-queue.ts';
import { invariant } from '../../../reference-bug.ts';
import type { Pages } from '../../mm/pages.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../../mm/user-memory.ts';

const ENTRIES = Number(PAGE_SIZE / COMMAND_SIZE);
/** What one command over a range has room for: NUM. */
const MOST_PAGES = 32n;

/** arm_smmu_cmdq_issue_cmdlist(): every call returns when the hardware has done it. */
export class SmmuCommands {
  private readonly pages: Pages;
  private readonly queue: CommandQueue;
  private readonly ring: bigint;
  private produced = 0;

  constructor(pages: Pages, queue: CommandQueue) {
    this.pages = pages;
    this.queue = queue;
    const folio = pages.allocate(0);
    invariant(folio !== undefined, 'out of memory for a command queue');
    this.ring = folio.pfn << PAGE_SHIFT;
    queue.enable(this.ring, ENTRIES);
  }

  /** And a CMD_SYNC. */
  issue(...commands: readonly Command[]): void {
    this.submit([...commands, sync]);
  }

  /** arm_smmu_cmdq_issue_cmd(): nobody waits for it. */
  issueUnawaited(command: Command): void {
    this.submit([command]);
  }

  protected submit(commands: readonly Command[]): void {
    for (const command of commands) this.append(command);
    this.queue.produce(this.produced);
    invariant(!this.queue.failed, 'the command queue stopped at a command');
    invariant(this.queue.consumer === this.produced, 'the SMMU did not take all commands');
  }

  /** arm_smmu_cmdq_batch_add_range(): `page` makes the command for the page at an address. */
  issueRange(iova: bigint, length: bigint, page: (address: bigint) => Command): void {
    let [first, left] = [iova, length >> PAGE_SHIFT];
    while (left > 0n) {
      const scale = trailingZeroes(left);
      const count = (left >> scale) & (MOST_PAGES - 1n);
      this.issue(overPages(page(first), Number(count), Number(scale)));
      first += (count << scale) << PAGE_SHIFT;
      left -= count << scale;
    }
  }

  private append([low, high]: Command): void {
    const at = this.ring + BigInt(this.produced % ENTRIES) * COMMAND_SIZE;
    this.pages.memory.write64(at, low);
    this.pages.memory.write64(at + 8n, high);
    this.produced += 1;
    if (this.produced % ENTRIES === 0) this.queue.produce(this.produced);
  }
}

function trailingZeroes(value: bigint): bigint {
  const lowest = value & -value;
  return BigInt(lowest.toString(2).length - 1);
}
