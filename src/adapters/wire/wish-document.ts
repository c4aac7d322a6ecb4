import { bindings, everyFunctionKey } from '#port/device-wish.ts';
import { everyIommuTrait } from '#port/iommu-traits.ts';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const functionRows = everyFunctionKey.map(([key, { kind, words, unit, short, feature }]) => [
  `\`function.${key}\``,
  kind === 'flag' ? 'boolean' : (unit ?? 'number'),
  `\`\\| ${words} \\| ${kind === 'flag' ? 'yes' : `8${unit === undefined ? '' : ` ${unit}`}`} \\|\`, \`${short}\``,
  `\`${feature}\``,
]);

const placeRows = [
  ['`iommu`', 'text', 'the name of an IOMMU of the machine, or `none`; without it, the first', ''],
  ['`group`', '`{with: device}`', '`\\| group \\| of device "disk" \\|`', '`shared-group`'],
  [
    '`bound`',
    bindings.map((each) => `\`${each}\``).join(' '),
    '`\\| bound to \\| noiommu \\|`',
    '',
  ],
];

const traitRows = everyIommuTrait.map(([name, { feature }]) => [
  `\`\\| IOMMU \\| ${name} \\|\``,
  feature === undefined ? '`test-cmd`' : `\`${feature}\``,
]);

/** docs/device-wishes.md */
export function wishDocument(): string {
  return `# What a scenario may wish of a device

Generated from \`src/port/device-wish.ts\` and \`src/port/iommu-traits.ts\`; do not edit. \`plug\` takes a wish: an object with some of
these keys. A bench that cannot honour one answers with an error that names the key, its value and the machine; it never plugs another
device instead.

${table(['key', 'value', 'in scenarios', 'feature'], [...functionRows, ...placeRows])}

A scenario names an IOMMU by what it is like. The suite finds the first that is so in the description of the machine, and wishes it by
its name:

${table(['in scenarios', 'feature'], traitRows)}
`;
}
