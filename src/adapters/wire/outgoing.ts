/** Lines of one turn of the event loop leave in one write. */
export class Outgoing {
  private readonly write: (lines: string) => void;
  private lines = '';

  constructor(write: (lines: string) => void) {
    this.write = write;
  }

  /** A line with its end. */
  send(line: string): void {
    if (this.lines === '') process.nextTick(() => this.flush());
    this.lines += line;
  }

  private flush(): void {
    const { lines } = this;
    this.lines = '';
    this.write(lines);
  }
}
