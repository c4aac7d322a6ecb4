import type { Transport } from '../handles.ts';
import { named, parameter, quoted, re } from './parameter.ts';

export const transports = {
  addressSpace: named('address space', 'address space'),
  newAddressSpace: parameter(
    re(`an address space ${quoted} of (type1 v2|compat|IOAS)`),
    (name = '', transport): { name: string; transport: Transport } => ({
      name,
      transport: transport as Transport,
    }),
  ),
};
