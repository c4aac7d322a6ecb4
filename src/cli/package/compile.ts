interface TsNode {
  compile(code: string, fileName: string): string;
}

/** As ts-node does for this process, with what it remembers of an earlier time; without its map of the source. */
export function compileByTsNode(text: string, path: string): string {
  const service = (process as unknown as Record<symbol, TsNode | undefined>)[
    Symbol.for('ts-node.register.instance')
  ];
  if (service === undefined) throw new Error('ts-node does not compile for this process');
  return service.compile(text, path).replace(/\n\/\/# sourceMappingURL=[^\n]*\s*$/, '\n');
}
