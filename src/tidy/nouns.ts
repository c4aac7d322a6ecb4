import type { SourceFile } from './files.ts';

/** Parameter types of steps are nouns, not languages: a reader knows what may stand there without reading code. */
const mostOptionalParts = 2;

/** What a piece of a regular expression lets one say or leave out. */
interface Piece {
  readonly parts: number;
  /** Fixed words, perhaps one of several: nothing of its own. */
  readonly isFixed: boolean;
  /** Where it ends in the source. */
  readonly end: number;
}

/**
 * How many parts of what a regular expression reads may be there or not: groups with a `?`, and alternatives that are
 * more than fixed words. The last letter of a word, as in `bytes?`, is spelling.
 */
export function optionalParts(source: string): number {
  return alternation(source.replace(/\$\{[^}]*\}/g, '\\w'), 0).parts;
}

function alternation(source: string, start: number): Piece {
  const alternatives: Piece[] = [];
  let end = start - 1;
  do {
    const piece = sequence(source, end + 1);
    alternatives.push(piece);
    end = piece.end;
  } while (source[end] === '|');
  const free = alternatives.filter(({ isFixed }) => !isFixed).length;
  const kinds = free + (free < alternatives.length ? 1 : 0);
  const inner = alternatives.reduce((sum, { parts }) => sum + parts, 0);
  return { parts: inner + kinds - 1, isFixed: free === 0, end };
}

function sequence(source: string, start: number): Piece {
  let [at, parts, isFixed] = [start, 0, true];
  while (at < source.length && source[at] !== '|' && source[at] !== ')') {
    const piece = source[at] === '(' ? group(source, at) : character(source, at);
    parts += piece.parts;
    isFixed &&= piece.isFixed;
    at = piece.end;
  }
  return { parts, isFixed, end: at };
}

function group(source: string, start: number): Piece {
  const [opening = ''] = /^\((?:\?:)?/.exec(source.slice(start)) ?? [];
  const { parts, isFixed, end } = alternation(source, start + opening.length);
  const isOptional = source[end + 1] === '?';
  const isRepeated = /[*+]/.test(source[end + 1] ?? '');
  return {
    parts: parts + (isOptional ? 1 : 0),
    isFixed: isFixed && !isOptional && !isRepeated,
    end: end + (isOptional || isRepeated ? 2 : 1),
  };
}

/** A letter, an escape or a class, with what repeats it. */
function character(source: string, start: number): Piece {
  const [text = ''] = /^(?:\\.|\[(?:[^\]\\]|\\.)*\]|.)[?*+]?/.exec(source.slice(start)) ?? [];
  return { parts: 0, isFixed: !/^\\[wd]|^\[|[*+]$/.test(text), end: start + text.length };
}

const definition = /\bre\(\s*`((?:[^`\\]|\\.)*)`|\bparameter\(\s*\/((?:[^/\\\n]|\\.)+)\//g;

/** The regular expressions of nouns that have more of them. */
export function overgrownNouns({ path, text }: SourceFile): string[] {
  return [...text.matchAll(definition)].flatMap(([, template, literal = '']) => {
    const source = template?.replaceAll('\\\\', '\\') ?? literal;
    const count = optionalParts(source);
    return count > mostOptionalParts ? [`${path}: ${count} optional parts in ${source}`] : [];
  });
}
