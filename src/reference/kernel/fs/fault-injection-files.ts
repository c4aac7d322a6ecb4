import type { ErrnoName } from '#uapi/errno.ts';
import { DEBUGFS_PATH, SELF_FAIL_NTH_PATH, SELF_MAKE_IT_FAIL_PATH } from '#uapi/paths.ts';
import type { FaultAttribute, FaultInjection } from '../mm/fault-injection.ts';
import type { FileOperations } from './file.ts';
import { ULONG_MAX } from '../lib/math.ts';
import type { Task } from './process.ts';
import { booleanSetting, numberSetting, SettingFile } from './setting-file.ts';
import type { Setting } from './setting-file.ts';

const UINT_MAX = 0xffff_ffffn;
const INT_MAX = 0x7fff_ffffn;

/** The names of fields whose values are of that type. */
type FieldsOf<T, V> = keyof { [K in keyof T as T[K] extends V ? K : never]: unknown };

/** debugfs_create_ul(). */
function unsignedLong<T>(of: T, field: FieldsOf<T, bigint>): Setting {
  const values = of as Record<PropertyKey, bigint>;
  const set = (value: bigint): void => void (values[field] = value);
  return numberSetting({ get: () => values[field] ?? 0n, set, least: 0n, greatest: ULONG_MAX });
}

/** debugfs_create_atomic_t() and debugfs_create_u32(). */
function integer<T>(of: T, field: FieldsOf<T, number>, unsigned: boolean): Setting {
  const values = of as Record<PropertyKey, number>;
  return numberSetting({
    get: () => values[field] ?? 0,
    set: (value) => void (values[field] = Number(value)),
    least: unsigned ? 0n : -INT_MAX - 1n,
    greatest: unsigned ? UINT_MAX : INT_MAX,
  });
}

function boolean<T>(of: T, field: FieldsOf<T, boolean>): Setting {
  const values = of as Record<PropertyKey, boolean>;
  return booleanSetting(
    () => values[field] ?? false,
    (value) => void (values[field] = value),
  );
}

/** fault_create_debugfs_attr(). MOCK-32 */
function common(attribute: FaultAttribute): Record<string, Setting> {
  return {
    probability: unsignedLong(attribute, 'probability'),
    interval: unsignedLong(attribute, 'interval'),
    times: integer(attribute, 'times', false),
    space: integer(attribute, 'space', false),
    verbose: unsignedLong(attribute, 'verbose'),
    verbose_ratelimit_interval_ms: integer(attribute, 'verboseRatelimitIntervalMs', true),
    verbose_ratelimit_burst: integer(attribute, 'verboseRatelimitBurst', true),
    'task-filter': boolean(attribute, 'taskFilter'),
  };
}

/** By folder of debugfs and name. */
function foldersOf(faults: FaultInjection): Record<string, Record<string, Setting>> {
  const { iommufd, slab, page } = faults;
  return {
    fail_iommufd: common(iommufd),
    failslab: {
      ...common(slab),
      'ignore-gfp-wait': boolean(slab, 'ignoreGfpWait'),
      'cache-filter': boolean(slab, 'cacheFilter'),
    },
    fail_page_alloc: {
      ...common(page),
      'ignore-gfp-wait': boolean(page, 'ignoreGfpWait'),
      'ignore-gfp-highmem': boolean(page, 'ignoreGfpHighmem'),
      'min-order': integer(page, 'minOrder', true),
    },
  };
}

/** proc_fail_nth_write(): checks of the task from now on, up to the one that fails; 0 for none. */
function failNth(task: Task): Setting {
  return numberSetting({
    get: () => task.failNth,
    set: (value) => void (task.failNth = Number(value)),
    least: 0n,
    greatest: UINT_MAX,
  });
}

/** proc_fault_inject_write(). EPERM, EINVAL. */
function makeItFail(task: Task): Setting {
  const set = (text: string, { capabilities }: Task): ErrnoName | undefined => {
    if (!capabilities.has('SYS_RESOURCE')) return 'EPERM';
    if (text !== '0' && text !== '1') return 'EINVAL';
    task.makeItFail = text === '1';
    return undefined;
  };
  return { show: () => (task.makeItFail ? '1' : '0'), set };
}

/** fs/proc/base.c, and the files of lib/fault-inject.c in debugfs; undefined for any other path. */
export function openFaultInjection(
  faults: FaultInjection,
  task: Task,
  path: string,
): FileOperations | undefined {
  if (path === SELF_FAIL_NTH_PATH) return new SettingFile(failNth(task));
  if (path === SELF_MAKE_IT_FAIL_PATH) return new SettingFile(makeItFail(task));
  if (!path.startsWith(`${DEBUGFS_PATH}/`)) return undefined;
  const [folder = '', name = ''] = path.slice(DEBUGFS_PATH.length + 1).split('/');
  const setting = foldersOf(faults)[folder]?.[name];
  return setting && new SettingFile(setting);
}
