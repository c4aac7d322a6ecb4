/** A Markdown table with aligned columns, as the formatter would write it. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(head), line(rule), ...body.map(line), ''].join('\n');
}

/** C names with an underscore stand in code. */
export function prose(sentence: string): string {
  return sentence.replaceAll(/\w*_\w+/g, '`$&`');
}
