import type { Expectation } from '../expectations.ts';

import type { Finding } from './finding.ts';

/**
 * The thread between a list of known failures of Linux and the findings: the reason of each line names a finding, or
 * says that it is none.
 */

const name = /\bLINUX-\d+\b/g;
const noFinding = /^No finding: \w/;

/** The ids of findings that the reason of a line names. */
export function findingsNamed({ reason }: Pick<Expectation, 'reason'>): string[] {
  return reason.match(name) ?? [];
}

/** The lines that name a finding. */
export function linesOf({ id }: Pick<Finding, 'id'>, known: readonly Expectation[]): Expectation[] {
  return known.filter((line) => findingsNamed(line).includes(id));
}

/** One sentence for each line that names no finding, or not one that there is. */
export function linesWithoutFinding(
  known: readonly Expectation[],
  findings: readonly Pick<Finding, 'id'>[],
): string[] {
  const ids = new Set(findings.map(({ id }) => id));
  return known.flatMap((line) => {
    const at = `${line.file}:${line.line}`;
    const named = findingsNamed(line);
    const unknown = named.filter((id) => !ids.has(id)).map((id) => `${at}: there is no ${id}`);
    if (named.length > 0 || noFinding.test(line.reason)) return unknown;
    return [
      `${at}: the reason names no finding: begin it with "LINUX-nn: " and add an entry to src/conformance/findings/, or with "No finding: "`,
    ];
  });
}

/** A release a file of known failures is about, `6.12` of `linux-6.12.txt`. */
function releaseOf(file: string): string {
  return /linux-(\d+\.\d+)/.exec(file)?.[1] ?? '';
}

function isOf(kernel: string, file: string): boolean {
  return kernel.startsWith(`${releaseOf(file)}.`);
}

/**
 * The other way round: a line of a kernel where its finding was not seen, and a finding with scenarios that the list of
 * another kernel where it was seen lacks.
 */
export function linesElsewhere(
  known: readonly Expectation[],
  findings: readonly Finding[],
): string[] {
  const files = [...new Set(known.map(({ file }) => file))];
  return findings.flatMap((finding) => {
    const { id, kernels } = finding;
    const own = linesOf(finding, known);
    if (own.length === 0) return [];
    return files.flatMap((file) => {
      const isSeen = kernels.some((kernel) => isOf(kernel, file));
      const isListed = own.some((line) => line.file === file);
      if (isSeen && !isListed) return [`${file}: no line names ${id}, which was seen there`];
      if (!isSeen && isListed)
        return [`${file}: names ${id}, which was seen on ${kernels.join(', ')} only`];
      return [];
    });
  });
}
