/** The cheapest program at the other end of a pipe: what comes in goes out. */
'use strict';

process.stdin.on('data', (chunk) => process.stdout.write(chunk));
