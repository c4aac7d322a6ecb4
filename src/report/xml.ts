/** An element: attributes as they come, then either elements or text. */
export interface Element {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly content?: string | readonly Element[];
}

/** An XML 1.0 document, indented by two blanks; text stands as it is, without a break before or after it. */
export function xml(root: Element): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  write(root, '', lines);
  return lines.join('\n');
}

function write(
  { name, attributes = {}, content = '' }: Element,
  indent: string,
  to: string[],
): void {
  const words = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escaped(String(value)).replaceAll('"', '&quot;')}"`,
  );
  const open = `${indent}<${name}${words.join('')}`;
  if (content.length === 0) to.push(`${open}/>`);
  else if (typeof content === 'string') to.push(`${open}>${escaped(content)}</${name}>`);
  else {
    to.push(`${open}>`);
    for (const child of content) write(child, `${indent}  `, to);
    to.push(`${indent}</${name}>`);
  }
}

/** What XML 1.0 cannot write in any way: most control characters, halves of pairs, two that are none. */
const unwritable =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

function escaped(text: string): string {
  return text
    .replace(unwritable, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
