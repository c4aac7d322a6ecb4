import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Told of process groups and folders, kills and removes them when its input ends: that is when this program is gone,
 * however it went. The groups have lost their input as well, and get a second to end by that.
 */
const script = `
trap '' INT TERM HUP
groups=
set --
while read -r verb group; do
  case $verb in
    watch) groups="$groups $group" ;;
    remove) set -- "$@" "$group" ;;
    forget)
      kept=
      for each in $groups; do [ "$each" = "$group" ] || kept="$kept $each"; done
      groups=$kept ;;
  esac
done
[ -z "$groups" ] || sleep 1
for group in $groups; do kill -s KILL -- "-$group"; done
for folder; do rm -rf -- "$folder"; done
`;

let guardian: ChildProcessByStdio<Writable, null, null> | undefined;

/** Kills a process group when this program ends by SIGKILL, which leaves it no time. Returns how to call that off. */
export function killIfKilled(group: number): () => void {
  const { stdin } = (guardian ??= engage());
  stdin.write(`watch ${group}\n`);
  return () => void stdin.write(`forget ${group}\n`);
}

/** Removes a folder when this program ends by SIGKILL; what else ends it leaves time for that. */
export function removeIfKilled(folder: string): void {
  const { stdin } = (guardian ??= engage());
  stdin.write(`remove ${folder}\n`);
}

function engage(): ChildProcessByStdio<Writable, null, null> {
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell there is nobody to tell.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  (child.stdin as Writable & { unref?: () => void }).unref?.();
  // A program that ends by itself sees to its children; groups that are gone may not be killed under a new owner.
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}
