import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is otherwise on the reference, and why. The words of a call: as recorded, and as here. */
interface Explained {
  readonly recorded: string;
  readonly here: string;
  readonly why: string;
}

/** The firmware of the host that was recorded had given the device an address and switched it on; the reference has none. */
export const explained: readonly Explained[] = [
  {
    recorded: 'read config+10 4 fe200000',
    here: 'read config+10 4 40200000',
    why: 'where the BAR is on the bus of the host',
  },
  {
    recorded: 'read config+10 4 fe300000',
    here: 'read config+10 4 40600000',
    why: 'where the BAR of the second one is',
  },
  {
    recorded: 'read config+4 2 0103',
    here: 'read config+4 2 0002',
    why: 'ports and SERR# were on when QEMU took the device',
  },
  {
    recorded: 'write config+4 2 0100',
    here: 'write config+4 2 0000',
    why: 'QEMU keeps the other bits of the command register',
  },
  { recorded: 'read config+4 2 0100', here: 'read config+4 2 0000', why: 'what it has kept' },
  { recorded: 'write config+4 2 0103', here: 'write config+4 2 0003', why: 'what it has kept' },
  { recorded: 'read config+4 2 0103', here: 'read config+4 2 0003', why: 'what it has kept' },
  { recorded: 'write config+4 2 0107', here: 'write config+4 2 0007', why: 'what it has kept' },
];

/** Calls between which nothing was found to unmap are counted from that many on. */
const MANY = 3;
/** Where the guest is: a read of one byte of configuration space. */
const mark = (step: number): string => `read config+${(0xe0 + step).toString(16)} 1 00`;
const FIRST_INTERRUPT = mark(2);
const AFTER_DMA = mark(9);
const ofBar = /^IO\w+_(?:MAP|UNMAP)\w* .*iova=feb00000/;

function findsNothing(line: string): boolean {
  return /^IOMMU_UNMAP_DMA .*-> size=0 = 0$|^IOAS_UNMAP .* = ENOENT$/.test(line);
}

/** Unmaps of nothing that come together are one line: QEMU asks for each power of two of the guest's address width. */
export function collapsed(lines: readonly string[]): readonly string[] {
  const result: string[] = [];
  for (let at = 0; at < lines.length;) {
    let end = at;
    while (end < lines.length && findsNothing(lines[end] ?? '')) end += 1;
    const count = end - at;
    if (count >= MANY) {
      const placeOf = (line = ''): string => /iova=\S+ \w+=\S+/.exec(line)?.[0] ?? '';
      result.push(
        `${count} unmaps find nothing: ${placeOf(lines[at])} to ${placeOf(lines[end - 1])}`,
      );
      at = end;
    } else result.push(lines[at++] ?? '');
  }
  return result;
}

/**
 * Without what QEMU does by the clock: after an interrupt the BAR is taken out of the guest's memory, and comes back 1.1
 * seconds later, wherever the guest is then.
 */
export function timeless(lines: readonly string[]): readonly string[] {
  const [from, to] = [lines.indexOf(FIRST_INTERRUPT), lines.indexOf(AFTER_DMA)];
  return lines.filter((line, at) => at < from || at > to || !ofBar.test(line));
}

function isExplained(recorded: string, here: string): boolean {
  return explained.some((each) => each.recorded === recorded && each.here === here);
}

/** What QEMU of that version asked of a real Linux 7.3.4, and was told; undefined for one that was not recorded. */
export function recordingOf(name: string): readonly string[] | undefined {
  const path = join(__dirname, 'recordings', `${name}.txt`);
  if (!existsSync(path)) return undefined;
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The first calls that are otherwise, in words, and how many are the same before them; nothing where none is. */
export function difference(
  recorded: readonly string[],
  here: readonly string[],
): string | undefined {
  const [linux, reference] = [timeless(recorded), timeless(here)];
  for (let at = 0; at < Math.max(linux.length, reference.length); at += 1) {
    const [theirs = 'nothing more', ours = 'nothing more'] = [linux[at], reference[at]];
    if (theirs === ours || isExplained(theirs, ours)) continue;
    return `after ${at} equal calls Linux 7.3.4 had "${theirs}", the reference "${ours}"`;
  }
  return undefined;
}
