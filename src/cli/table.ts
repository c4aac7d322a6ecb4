import type { Paint } from './style.ts';

/** Columns of text: the first row is the heading, the first column holds names, the others numbers. */
export function table(rows: readonly (readonly string[])[], paint: Paint): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0)));
  const lines = rows.map((cells) =>
    cells.map((cell, i) => pad(cell, widths?.[i] ?? 0, i === 0)).join('  '),
  );
  return [paint('bold', lines[0] ?? ''), ...lines.slice(1)].join('\n');
}

function pad(cell: string, width: number, left: boolean): string {
  return left ? cell.padEnd(width) : cell.padStart(width);
}
