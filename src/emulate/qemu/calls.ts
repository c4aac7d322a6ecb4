/**
 * What QEMU asked of iommufd and VFIO, and was told: a line a call, without what differs from run to run (addresses, numbers
 * of files). Numbers are hexadecimal.
 */

/** Which fields of a struct are kept: as the program filled them, and as they were afterwards. */
interface Kept {
  readonly given: string;
  readonly told?: string;
}

const kept: Readonly<Record<string, Kept>> = {
  GROUP_GET_STATUS: { given: 'argsz', told: 'flags' },
  IOMMU_GET_INFO: { given: 'argsz', told: 'argsz flags iova_pgsizes' },
  IOMMU_MAP_DMA: { given: 'argsz flags iova size' },
  IOMMU_UNMAP_DMA: { given: 'argsz flags iova size', told: 'size' },
  DEVICE_GET_INFO: { given: 'argsz', told: 'flags num_regions num_irqs' },
  DEVICE_GET_REGION_INFO: { given: 'argsz index', told: 'flags size offset' },
  DEVICE_GET_IRQ_INFO: { given: 'argsz index', told: 'flags count' },
  DEVICE_SET_IRQS: { given: 'argsz flags index start count' },
  DEVICE_GET_PCI_HOT_RESET_INFO: { given: 'argsz' },
  DEVICE_FEATURE: { given: 'argsz flags' },
  DEVICE_BIND_IOMMUFD: { given: 'argsz flags', told: 'out_devid' },
  DEVICE_ATTACH_IOMMUFD_PT: { given: 'argsz flags pt_id' },
  DEVICE_DETACH_IOMMUFD_PT: { given: 'argsz flags' },
  IOAS_ALLOC: { given: 'size flags', told: 'out_ioas_id' },
  IOAS_CHANGE_PROCESS: { given: 'size' },
  IOAS_IOVA_RANGES: { given: 'size ioas_id num_iovas', told: 'num_iovas out_iova_alignment' },
  IOAS_MAP: { given: 'size flags ioas_id length iova' },
  IOAS_MAP_FILE: { given: 'size flags ioas_id start length iova' },
  IOAS_UNMAP: { given: 'size ioas_id iova length', told: 'length' },
  HWPT_ALLOC: { given: 'size flags dev_id pt_id data_type data_len fault_id', told: 'out_hwpt_id' },
  GET_HW_INFO: {
    given: 'size flags dev_id data_len',
    told: 'out_data_type data_len out_capabilities',
  },
  DESTROY: { given: 'id' },
};

/** Calls whose argument is a number that says what is asked. */
const plain = new Set(['GET_API_VERSION', 'CHECK_EXTENSION', 'SET_IOMMU']);
/** Calls that make a file. */
const making = new Set(['GROUP_GET_DEVICE_FD', 'DEVICE_FEATURE']);

const CONFIG_BEGINS = 7n << 40n;
const BAR0_ENDS = 1n << 40n;

type Fields = ReadonlyMap<string, string>;

function fieldsOf(text: string): Fields {
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/(\w+)=(\[[^\]]*\]|[^,{}]+)/g))
    fields.set(name, value);
  return fields;
}

function hex(value: string | undefined): string {
  if (value === undefined) return '?';
  const number = BigInt(value);
  return number.toString(16);
}

function show(names: string, fields: Fields): string {
  return names
    .split(' ')
    .map((name) => `${name}=${hex(fields.get(name))}`)
    .join(' ');
}

/** `fd`, `none`, or nothing where no eventfds were given. */
function showEventfds({ data = '[]' }: { readonly data?: string | undefined }): string {
  const bytes = data
    .replace(/[[\]\s]/g, '')
    .split(',')
    .filter(Boolean)
    .map(Number);
  if (bytes.length === 0) return '';
  return bytes.every((byte) => byte === 0xff) ? ' none' : ' eventfd';
}

function resultOf(text: string, isFile: boolean): string {
  const [, value = '', errno] = /^(-?\w+)(?: (\w+))?/.exec(text) ?? [];
  if (errno !== undefined) return errno;
  return isFile && value !== '0' ? 'a file' : value;
}

function ioctlLine(name: string, rest: string, result: string): string {
  const ended = ` = ${resultOf(result, making.has(name))}`;
  if (plain.has(name)) {
    const [, argument = '0'] = /^, (\w+)/.exec(rest) ?? [];
    return `${name} ${hex(argument)}${ended}`;
  }
  const wanted = kept[name];
  if (!wanted) return name + ended;
  const [before = '', after = ''] = rest.split(' => ');
  const given = fieldsOf(before);
  const told = new Map([...given, ...fieldsOf(after)]);
  const line = `${name} ${show(wanted.given, given)}`;
  if (name === 'DEVICE_SET_IRQS') return line + showEventfds({ data: given.get('data') }) + ended;
  const answer = wanted.told && !result.startsWith('-1') ? ` -> ${show(wanted.told, told)}` : '';
  return line + answer + ended;
}

function accessLine(verb: string, text: string): string | undefined {
  const [, bytes = '', length = '', at = '0'] =
    /^\d+, "([^"]*)"[.]*, (\d+), (0x[0-9a-f]+)\)/.exec(text) ?? [];
  const place = BigInt(at);
  const region = place >= CONFIG_BEGINS ? 'config' : place < BAR0_ENDS ? 'BAR0' : 'region';
  const offset = (place & 0xff_ffff_ffffn).toString(16);
  const number = bytes.split('\\x').reverse().join('');
  const shown = Number(length) > 8 ? '' : ` ${number}`;
  return `${verb} ${region}+${offset} ${length}${shown}`;
}

/** The lines of the trace of one process. Files of sysfs, polls and accesses to mapped registers are left out. */
export function callsOf(trace: string): readonly string[] {
  const files = new Map<string, string>();
  return trace.split('\n').flatMap((line) => {
    const [, verb = '', text = ''] = /^\d+ (\w+)\((.*)$/.exec(line) ?? [];
    const result = line.slice(line.lastIndexOf(') = ') + 4);
    return lines[verb]?.({ text, result, files }) ?? [];
  });
}

interface Call {
  /** Its arguments, and what follows. */
  readonly text: string;
  readonly result: string;
  /** What is open, by its number in the process. */
  readonly files: Map<string, string>;
}

const lines: Readonly<Record<string, (call: Call) => string | undefined>> = {
  openat: ({ text, result, files }) => {
    const [, path = ''] = /"([^"]*)"/.exec(text) ?? [];
    files.set(result, path);
    return path.startsWith('/dev/')
      ? `open ${nodeOf(path)} = ${resultOf(result, true)}`
      : undefined;
  },
  close: ({ text, files }) => {
    const [number = ''] = text.split(')');
    const path = files.get(number);
    files.delete(number);
    return path?.startsWith('/dev/') ? `close ${nodeOf(path)}` : undefined;
  },
  ioctl: ({ text, result, files }) => {
    const [, name = '', rest = ''] =
      /^\d+, (?:VFIO_|IOMMU_(?!GET_INFO|MAP_DMA|UNMAP_DMA))?(\w+)(.*)\) = /.exec(text) ?? [];
    if (making.has(name) && !result.startsWith('-') && result !== '0')
      files.set(result, name === 'GROUP_GET_DEVICE_FD' ? '/dev/device' : '/dev/buffer');
    return ioctlLine(name, rest, result);
  },
  pread64: ({ text }) => accessLine('read', text),
  pwrite64: ({ text }) => accessLine('write', text),
  mmap: ({ text }) => {
    const [, length = '0', offset = '0'] = /^NULL, (\w+), \w+, \w+, \d+, (\w+)\)/.exec(text) ?? [];
    return `mmap length=${hex(length)} offset=${hex(offset)}`;
  },
};

/** Numbers of groups and devices are the machine's. */
function nodeOf(path: string): string {
  return path.replace('/dev/', '').replace(/\d+$/, 'N');
}
