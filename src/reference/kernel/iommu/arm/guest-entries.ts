import { bits, field } from '#formats/bits.ts';
import { PAGE_MASK } from '#formats/page.ts';
import { Opcode, opcodeOf, rangeOf } from '#formats/smmuv3/commands.ts';
import type { Command } from '#formats/smmuv3/commands.ts';
import { SteConfig, STE_VALID, configOf } from '#formats/smmuv3/stream-table-entry.ts';
import type { ErrnoName } from '#uapi/errno.ts';

/** V, Config, S1Fmt, S1ContextPtr, S1CDMax. */
const ENTRY_LOW = 0xf80f_ffff_ffff_fff1n | field(7, 3, 1);
/** S1DSS, S1CIR, S1COR, S1CSH, S1STALLD, EATS. */
const ENTRY_HIGH = field(0xff, 7, 0) | field(1, 27, 27) | field(3, 29, 28);
const guestConfigs: readonly bigint[] = [SteConfig.Abort, SteConfig.Bypass, SteConfig.Stage1];

export type GuestEntry = readonly [bigint, bigint];

/** arm_smmu_validate_vste(): EIO. HWPT-33 34, HW-SMU-02 */
export function checkGuestEntry([low, high]: GuestEntry): GuestEntry | ErrnoName {
  if (!(low & STE_VALID)) return [0n, 0n];
  if (low & ~ENTRY_LOW || high & ~ENTRY_HIGH) return 'EIO';
  if (!guestConfigs.includes(configOf([low])) || bits(high, 29, 28) > 1n) return 'EIO';
  return [low, high];
}

const OP = field(0xff, 7, 0);
const ADDRESS = PAGE_MASK;
const LEAF = 1n;
const VMID = field(0xffff, 47, 32);
const ASID = field(0xffff, 63, 48);
const STREAM = field(0xffff_ffff, 63, 32);
/** NUM, and SCALE up to 31; TTL and TG. */
const RANGE_LOW = field(0x1f, 16, 12) | field(0x1f, 24, 20);
const RANGE_HIGH = field(3, 9, 8) | field(3, 11, 10);

/** ATC_INV: G and SSV, Size. */
const ATC_FLAGS = field(1, 9, 9) | field(1, 11, 11);
const ATC_SIZE = field(0x3f, 5, 0);
const LARGEST_ATC_SIZE = 52n;
const SUBSTREAM = field(0xf_ffff, 31, 12);

/** What a guest may say besides the opcode. */
const allowed: ReadonlyMap<bigint, Command> = new Map([
  [Opcode.TlbiNsnhAll, [OP, 0n]],
  [Opcode.TlbiNhAll, [OP | VMID, 0n]],
  [Opcode.TlbiNhAsid, [OP | VMID | ASID, 0n]],
  [Opcode.TlbiNhVa, [OP | VMID | ASID | RANGE_LOW, ADDRESS | LEAF | RANGE_HIGH]],
  [Opcode.TlbiNhVaa, [OP | VMID | RANGE_LOW, ADDRESS | LEAF | RANGE_HIGH]],
  [Opcode.CfgiCd, [OP | STREAM, LEAF]],
  [Opcode.CfgiCdAll, [OP | STREAM, 0n]],
  [Opcode.AtcInv, [OP | STREAM, ADDRESS | ATC_SIZE]],
]);

/** Where there are substreams. */
const allowedOfSubstreams: ReadonlyMap<bigint, bigint> = new Map([
  [Opcode.CfgiCd, SUBSTREAM],
  [Opcode.AtcInv, SUBSTREAM | ATC_FLAGS],
]);

/** What of a unit bears on the commands of a guest. */
export interface CommandLimits {
  readonly ats: boolean;
  readonly substreamBits: number;
}

/** arm_vsmmu_validate_user_cmd(): false is EIO. INV-20, HW-SMU-19 24 26 */
export function isGuestCommand(command: Command, limits: CommandLimits): boolean {
  const opcode = opcodeOf(command);
  const bitsOf = allowed.get(opcode);
  if (bitsOf === undefined || (opcode === Opcode.AtcInv && !limits.ats)) return false;
  const more = limits.substreamBits > 0 ? (allowedOfSubstreams.get(opcode) ?? 0n) : 0n;
  const [low, high] = [command[0] & ~(bitsOf[0] | more), command[1] & ~bitsOf[1]];
  return low === 0n && high === 0n && isRange(command);
}

function isRange(command: Command): boolean {
  const opcode = opcodeOf(command);
  if (opcode === Opcode.AtcInv) return (command[1] & ATC_SIZE) <= LARGEST_ATC_SIZE;
  return opcode < Opcode.TlbiNhAll || rangeOf(command) !== undefined;
}

export function withStream([low, high]: Command, stream: number): Command {
  return [(low & ~STREAM) | field(stream, 63, 32), high];
}

/** The VMID of the host, whatever the guest says; all of a guest is all of its VMID. INV-21 */
export function withVmid(command: Command, vmid: number): Command {
  const tag = field(vmid, 47, 32);
  if (opcodeOf(command) === Opcode.TlbiNsnhAll) return [Opcode.TlbiNhAll | tag, 0n];
  return [(command[0] & ~VMID) | tag, command[1]];
}
