import ts from 'typescript';

import { idsInText } from '#conformance/ids-in-text.ts';

/** Finds the function that a place of a source file is in, and what its comments name. */

export interface Place {
  /** `HoleTree.insert`; empty outside of all. */
  readonly where: string;
  readonly requirements: readonly string[];
}

type Named = ts.Node & { readonly name?: ts.Node };

export class Functions {
  readonly #file: ts.SourceFile;

  constructor(name: string, text: string) {
    this.#file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  }

  /** Both from 0. */
  offset(line: number, column: number): number {
    return this.#file.getPositionOfLineAndCharacter(line, column);
  }

  at(start: number): Place {
    const chain = this.#declarationsAround(start);
    const where = chain.map(nameOf).join('.');
    // The innermost that names any: a method says more than its class.
    const naming = chain.reverse().map((each) => [...idsInText(this.#commentsOf(each))]);
    return { where, requirements: naming.find((ids) => ids.length > 0) ?? [] };
  }

  /** Outermost first. */
  #declarationsAround(start: number): ts.Node[] {
    const chain: ts.Node[] = [];
    const descend = (node: ts.Node): void => {
      if (start < node.getStart(this.#file) || start >= node.end) return;
      if (isDeclaration(node)) chain.push(node);
      ts.forEachChild(node, descend);
    };
    ts.forEachChild(this.#file, descend);
    return chain;
  }

  /** Of a class its own comment only, of a function those in it as well. */
  #commentsOf(node: ts.Node): string {
    const text = this.#file.text;
    const outer = ts.isVariableDeclaration(node) ? node.parent.parent : node;
    const before = text.slice(outer.getFullStart(), outer.getStart(this.#file));
    if (ts.isClassDeclaration(node)) return before;
    const within = text.slice(node.getStart(this.#file), node.end);
    return before + [...within.matchAll(/\/\/.*|\/\*[^]*?\*\//g)].join('\n');
  }
}

function isDeclaration(node: ts.Node): boolean {
  return (
    ts.isClassDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassElement(node) ||
    (ts.isVariableDeclaration(node) && ts.isVariableStatement(node.parent.parent))
  );
}

function nameOf(node: Named): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  return node.name?.getText() ?? '';
}
