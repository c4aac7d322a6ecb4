import { StringDecoder } from 'node:string_decoder';

export const defaultLongestLine = 16 * 1024 * 1024;

export interface LineListener {
  line(line: string): void;
  /** A line passed the limit. The rest of it is thrown away; the next line counts again. */
  tooLong(): void;
}

/** Cuts a stream of chunks into lines. Never holds more than `longest` characters of an unfinished line. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private readonly listener: LineListener;
  private readonly longest: number;
  private unfinished = '';
  private discarding = false;

  constructor(listener: LineListener, longest = defaultLongestLine) {
    this.listener = listener;
    this.longest = longest;
  }

  push(chunk: Buffer): void {
    const text = this.decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.append(text.slice(start, end));
      this.finish();
      start = end + 1;
    }
    if (start < text.length) this.append(text.slice(start));
  }

  private append(piece: string): void {
    if (this.discarding) return;
    if (this.unfinished.length + piece.length <= this.longest) {
      this.unfinished += piece;
      return;
    }
    this.discarding = true;
    this.unfinished = '';
    this.listener.tooLong();
  }

  private finish(): void {
    const line = this.unfinished;
    this.unfinished = '';
    if (this.discarding) this.discarding = false;
    else if (line.length > 0) this.listener.line(line);
  }
}
