/** What an implementation says is somebody else's text: kept to a length, and shown so that it can only be read. */

/** Bytes of any one text that are kept. */
export const keptBytes = 64 * 1024;
/** Room for the note on what was cut off: what was cut once is not cut again. */
const noteBytes = 64;

/** The text, or its beginning and how much more there was. */
export function bounded(text: string): string {
  // No character takes more than three bytes for each of its units.
  if (text.length <= keptBytes / 3) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= keptBytes + noteBytes) return text;
  let end = keptBytes;
  while (isContinuation(bytes[end])) end -= 1;
  const more = (bytes.length - end).toLocaleString('en');
  return `${bytes.toString('utf8', 0, end)}… and ${more} more bytes`;
}

/** Of a character in UTF-8, any byte but its first. */
function isContinuation(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}

/**
 * What moves a cursor, turns the direction of writing or has no form: controls but for the line feed and the tab, marks of
 * direction, characters without width, halves of characters.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** The same text with an escape for each character that would do anything else than be seen. */
export function visible(text: string): string {
  return text.replace(unseen, (character) => {
    if (character === '\n' || character === '\t') return character;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 0x10000
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : `\\u{${code.toString(16)}}`;
  });
}

/** As it goes into a report. */
export function readable(text: string): string {
  return visible(bounded(text));
}

/** For JSON.parse(): the same of every string in it. */
export function readableText(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? readable(value) : value;
}
