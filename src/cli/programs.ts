/** What is a program of its own beside the suite, by the word for it. A word that is none of these is for the suite. */
export const programs: Readonly<Record<string, { readonly file: string; readonly does: string }>> =
  {
    emulate: { file: './emulate.ts', does: 'run a program of this host on the reference' },
    lab: { file: '../lab/main.ts', does: 'build and boot kernels' },
    random: { file: './random.ts', does: 'make random calls' },
    'second-reading': {
      file: './second-reading.ts',
      does: 'compare the models of IOMMUs with walkers',
    },
    selftests: { file: './selftests.ts', does: "run the kernel's own tests on the reference" },
  };

/** For the help of the suite. */
export function programsHelp(): string {
  const lines = Object.entries(programs).map(([name, { does }]) => `  ${name.padEnd(16)}${does}`);
  return `\nPrograms, each with a --help of its own:\n${lines.join('\n')}\n`;
}
