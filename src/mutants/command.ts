import type { UserCommand } from '#reference/kernel/iommufd/user-command.ts';
import type { Struct, Value } from '#uapi/codec.ts';

/** A command in the eyes of a kernel that takes some of its fields for something else. */
export function mistaken<S extends Struct>(
  command: UserCommand<S>,
  fields: Partial<Value<S>>,
): UserCommand<S> {
  return variant(command, { fields: { ...command.fields, ...fields } });
}

/** A command that answers something else than what it is told to. */
export function answering<S extends Struct>(
  command: UserCommand<S>,
  change: (answer: Partial<Value<S>>) => Partial<Value<S>>,
): UserCommand<S> {
  const respond: UserCommand<S>['respond'] = (answer) => command.respond(change(answer));
  return variant(command, { respond });
}

function variant<T extends object>(original: T, changed: Partial<T>): T {
  const descriptors = Object.entries(changed).map(([name, value]) => [name, { value }] as const);
  return Object.create(original, Object.fromEntries(descriptors)) as T;
}
