import type { SourceFile } from './files.ts';

/** A step in a source: its text, and the parameters of the function that it runs. */
const definition =
  /\b(?:Given|When|Then)\(\s*'((?:[^'\\]|\\.)*)',\s*(?:async )?function \(((?:[^()]|\([^()]*\))*)\)/g;

/** Steps that leave out what their text captures: `_process` is a name that no linter asks to be used. */
export function unusedCaptures({ path, text }: SourceFile): string[] {
  return [...text.matchAll(definition)].flatMap(([, step = '', list = '']) => {
    const unused = /(?:^|[\s{,:])_\w*/.test(list);
    return unused ? [`${path}: ${step}`] : [];
  });
}
