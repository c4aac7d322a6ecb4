import type { Capability } from '#port/process.ts';

import type { ProcessHandle } from '../handles.ts';
import { parameter, quoted, re } from './parameter.ts';

export type FileCall = 'reads' | 'writes' | 'preads' | 'pwrites' | 'polls' | 'mmaps';

export const processes = {
  process: parameter(re(`it|process ${quoted}`), function (name): ProcessHandle {
    return this.handles.get('process', name ?? '');
  }),
  newProcess: parameter(
    re(`a process ${quoted}(?: without ([A-Z_]+(?:, [A-Z_]+)*))?`),
    (name, drop): { name: string; drop: Capability[] } => ({
      name: name ?? '',
      drop: (drop?.split(', ') ?? []) as Capability[],
    }),
  ),
  charge: parameter(/(pinned|locked)/, (text): 'pinned' | 'locked' => text as 'pinned' | 'locked'),
  resource: parameter(/(memlock|nofile)/, (text): 'memlock' | 'nofile' => text as 'memlock'),
  fileCall: parameter(
    /(reads|writes|preads|pwrites|polls|mmaps)/,
    (text): FileCall => text as FileCall,
  ),
};
