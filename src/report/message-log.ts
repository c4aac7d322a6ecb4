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
    this.#pending.push(JSON.stringify(slim(envelope)), '\n');
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

/** Without where in the text of a step its parameters stand: a third of all messages, of which no report is made. */
function slim(envelope: Envelope): Envelope {
  const { testCase } = envelope;
  if (testCase === undefined) return envelope;
  const testSteps = testCase.testSteps.map(({ stepMatchArgumentsLists: _, ...step }) => step);
  return { testCase: { ...testCase, testSteps } };
}
