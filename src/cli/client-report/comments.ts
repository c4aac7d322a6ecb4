import { idsInText } from '#conformance/ids-in-text.ts';

/** Where a program, compiled or not, says of which requirement it is: in the comment above a function or a class. */

interface Comment {
  readonly end: number;
  readonly ids: readonly string[];
}

interface ClassRange {
  readonly start: number;
  readonly end: number;
  readonly ids: readonly string[];
}

const comments = /\/\*\*[^]*?\*\//g;
/** Between a comment and the function that it is about: its name and its modifiers, and what it is assigned to. */
const head = /^[\s\w*#=.$]*$/;
const classHead = /^\s*(?:export\s+)?(?:abstract\s+)?(?:(?:const|let|var)\s+\w+\s*=\s*)?class\b/;

export class CommentedProgram {
  private readonly text: string;
  private readonly comments: readonly Comment[];
  private readonly classes: readonly ClassRange[];

  constructor(text: string) {
    this.text = text;
    const found = [...text.matchAll(comments)]
      .map(({ index, 0: comment }) => ({
        end: index + comment.length,
        ids: [...idsInText(comment)],
      }))
      .filter(({ ids }) => ids.length > 0);
    const isOfClass = ({ end }: Comment): boolean => classHead.test(text.slice(end, end + 200));
    this.comments = found.filter((each) => !isOfClass(each));
    this.classes = found.filter(isOfClass).map(({ end, ids }) => {
      return { start: end, end: this.endOfClass(end), ids };
    });
  }

  /** The requirements that the function is about that begins there. */
  idsAt(start: number): readonly string[] {
    const above = this.comments.findLast(({ end }) => end <= start);
    const own = above && head.test(this.text.slice(above.end, start)) ? above.ids : [];
    const around = this.classes.filter((each) => each.start <= start && start < each.end);
    return [...own, ...around.flatMap(({ ids }) => ids)];
  }

  /** Its last brace stands in the column of the line that it begins in. */
  private endOfClass(from: number): number {
    const { text } = this;
    const at = from + (/\bclass\b/.exec(text.slice(from))?.index ?? 0);
    const line = text.lastIndexOf('\n', at) + 1;
    const [margin = ''] = /^[ \t]*/.exec(text.slice(line)) ?? [];
    const end = text.indexOf(`\n${margin}}`, at);
    return end < 0 ? text.length : end;
  }
}
