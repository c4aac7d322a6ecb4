import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes a file beside where it belongs and renames it: whoever looks finds the old one or the new one, never a half. */
export function writeWhole(file: string, text: string): void {
  const unfinished = `${file}.unfinished`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
