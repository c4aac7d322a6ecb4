import { posix } from 'node:path';

import type { SourceFile } from './files.ts';

/** Paths that documents name, in links and in `code`, and whether they lead anywhere. */

/** What a text names: from the top of the repository, from its own folder, or the end of a path. */
interface Named {
  readonly text: string;
  readonly path: string;
  readonly isEnd: boolean;
}

/** The part of a changelog that is not history. */
function unreleased({ path, text }: SourceFile): string {
  if (!path.endsWith('CHANGELOG.md')) return text;
  return /## \[Unreleased\](.*?)(?=\n## |$)/s.exec(text)?.[1] ?? '';
}

function linksIn(text: string, folder: string): Named[] {
  return [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => ({ text: target, path: posix.join(folder, target), isEnd: false }));
}

/** The words of commands count as well: `npx cucumber-js features/dma`. What begins with `.`, `/` or `~` is the reader's. */
function pathsInCode(text: string, topFolders: readonly string[]): Named[] {
  const code = [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, inner = '']) => inner.split(/\s+/));
  return code.flatMap((word): Named[] => {
    const path = word.replace(/:\d+$/, '').replace(/[.,;:]$/, '');
    if (!/^[\w<*]/.test(path) || path.includes('…')) return [];
    const top = path.split('/', 1)[0] ?? '';
    if (path.includes('/') && topFolders.includes(top)) return [{ text: word, path, isEnd: false }];
    return /^[\w<>*./-]+(\.ts|\.md|[^*]\/)$/.test(path) ? [{ text: word, path, isEnd: true }] : [];
  });
}

/** `*`, and a placeholder such as `<adapter>`, stand for a part of a name. */
function matcher({ path, isEnd }: Named): RegExp {
  const pattern = path
    .replace(/\/$/, '')
    .split(/\*\*|\*|<[^>]*>/)
    .map((literal) => literal.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]*');
  return new RegExp(`${isEnd ? '(^|/)' : '^'}${pattern}$`);
}

/** The paths that a document names and that are not among `paths`, which are all files and folders. */
export function missingPaths(document: SourceFile, paths: readonly string[]): string[] {
  const folders = paths.filter((path) => !path.includes('/') && !path.includes('.'));
  const text = unreleased(document).replace(/^```.*?^```/gms, '');
  const named = [...linksIn(text, posix.dirname(document.path)), ...pathsInCode(text, folders)];
  return named
    .filter((one) => {
      const isThere = matcher(one);
      return !paths.some((path) => isThere.test(path));
    })
    .map((one) => `${document.path}: ${one.text}`);
}
