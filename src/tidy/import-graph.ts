import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root, sources, type SourceFile } from './files.ts';
import { importsOf } from './imports.ts';
import { layerOf, readLayers, type Layer } from './layers.ts';

/** The drawing of docs/reading-guide.md: what each package does import. */

const guidePath = 'docs/reading-guide.md';
const [begin, end] = ['<!-- import graph: npm run docs -->', '<!-- end of the import graph -->'];

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** By layer, in the order of the table: the others that it imports. */
export function graphOf(files: readonly SourceFile[], layers: readonly Layer[]): Graph {
  const graph = new Map(layers.map(({ name }) => [name, new Set<string>()]));
  for (const [path, targets] of importsOf(files)) {
    const from = layerOf(path, layers)?.name ?? '';
    for (const target of targets) {
      const to = layerOf(target, layers)?.name;
      if (to !== undefined && to !== from) graph.get(from)?.add(to);
    }
  }
  return graph;
}

function reaches(graph: Graph, from: string, to: string): boolean {
  const next = [...(graph.get(from) ?? [])];
  return next.some((name) => name === to || reaches(graph, name, to));
}

/** Without the arrows that follow from others. The graph has no circle. */
export function reduced(graph: Graph): Graph {
  return new Map(
    [...graph].map(([from, targets]) => {
      const needed = [...targets].filter((to) => {
        return ![...targets].some((other) => other !== to && reaches(graph, other, to));
      });
      return [from, new Set(needed)];
    }),
  );
}

/** In Mermaid: who imports stands above. */
export function drawn(graph: Graph): string {
  const id = (name: string): string => name.replace(/\W/g, '_');
  const boxes = [...graph.keys()].map((name) => `  ${id(name)}["${name}"]`);
  const arrows = [...graph].flatMap(([from, targets]) =>
    [...targets].sort().map((to) => `  ${id(from)} --> ${id(to)}`),
  );
  return ['```mermaid', 'flowchart TD', ...boxes, ...arrows, '```'].join('\n');
}

/** The guide with the drawing as the sources have it now. */
export function guideDocument(): string {
  const guide = readFileSync(join(root, guidePath), 'utf8');
  const [before = '', after = ''] = [guide.split(begin)[0], guide.split(end)[1]];
  const graph = reduced(graphOf(sources(), readLayers(guide)));
  return `${before}${begin}\n\n${drawn(graph)}\n\n${end}${after}`;
}
