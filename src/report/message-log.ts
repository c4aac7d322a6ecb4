import { closeSync, openSync, writeSync } from 'node:fs';

import type { Envelope } from '@cucumber/messages';

/** messages.ndjson, on disk up to the last finished scenario whatever happens to this process. */
export class MessageLog {
  readonly #fd: number;
  #open = true;
  #pending: string[] = [];

  constructor(file: string) {
    this.#fd = openSync(file, 'w');
  }

  add(envelope: Envelope): void {
    this.#pending.push(JSON.stringify(envelope), '\n');
    if (envelope.testCaseFinished) this.flush();
  }

  flush(): void {
    let bytes = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.#fd, bytes));
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.flush();
    closeSync(this.#fd);
  }
}
