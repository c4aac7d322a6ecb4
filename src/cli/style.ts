import type { WriteStream } from 'node:tty';

type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold';
export type Paint = (colour: Colour, text: string) => string;

const codes: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Colours on a terminal that has not asked for none; plain text elsewhere. */
export function painter(stream: NodeJS.WriteStream): Paint {
  if (!isTerminal(stream) || process.env['NO_COLOR'] || process.env['TERM'] === 'dumb') {
    return (_, text) => text;
  }
  return (colour, text) => {
    const [on, off] = codes[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

export function isTerminal(stream: NodeJS.WriteStream): stream is WriteStream {
  return stream.isTTY === true;
}
