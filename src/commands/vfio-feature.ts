import { struct, u32 } from '#uapi/codec.ts';
import type { Codec, Struct } from '#uapi/codec.ts';
import * as feature from '#uapi/vfio/feature.ts';

import { list, number, output } from './field.ts';
import type { Field } from './field.ts';
import { record } from './record.ts';
import type { CommandRecord } from './record.ts';

/**
 * VFIO_DEVICE_FEATURE, each feature of which is a command of its own: behind the head, whose `flags` are called `feature` here,
 * stand the fields of its own struct.
 */

type FeatureName = Extract<keyof typeof feature, `VFIO_DEVICE_FEATURE_${string}`>;

interface OfFeature {
  readonly since: CommandRecord['since'];
  /** VFIO_DEVICE_FEATURE_GET or _SET: what is usually done with it. */
  readonly usual: number;
  readonly payload?: Struct;
  readonly fields?: Readonly<Record<string, Field>>;
}

const nothing = struct('nothing', {});

function command(
  name: FeatureName,
  { since, usual, payload = nothing, fields = {} }: OfFeature,
): CommandRecord {
  const own = payload.codecs as Readonly<Record<string, Codec<unknown>>>;
  const whole = struct(name, { argsz: u32, feature: u32, ...own });
  const { request } = feature.VFIO_DEVICE_FEATURE;
  return record(
    { name, request, struct: whole, minSize: whole.size },
    {
      on: 'device',
      since,
      needs: ['vfio-device'],
      fields: { feature: number(usual | feature[name], 'VFIO_DEVICE_FEATURE_'), ...fields },
    },
  );
}

const { VFIO_DEVICE_FEATURE_GET: GET, VFIO_DEVICE_FEATURE_SET: SET } = feature;

export const featureCommands: readonly CommandRecord[] = [
  command('VFIO_DEVICE_FEATURE_MIGRATION', {
    since: '5.18',
    usual: GET,
    payload: feature.vfio_device_feature_migration,
    fields: { flags: output('VFIO_MIGRATION_') },
  }),
  command('VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE', {
    since: '5.18',
    usual: GET,
    payload: feature.vfio_device_feature_mig_state,
    fields: { device_state: number(0, 'VFIO_DEVICE_STATE_'), data_fd: output() },
  }),
  command('VFIO_DEVICE_FEATURE_MIG_DATA_SIZE', {
    since: '6.2',
    usual: GET,
    payload: feature.vfio_device_feature_mig_data_size,
    fields: { stop_copy_length: output() },
  }),
  command('VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2', { since: '7.3', usual: SET }),
  command('VFIO_DEVICE_FEATURE_DMA_LOGGING_START', {
    since: '6.1',
    usual: SET,
    payload: feature.vfio_device_feature_dma_logging_control,
    fields: { page_size: number(4096), num_ranges: number(1), ranges: list },
  }),
  command('VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP', { since: '6.1', usual: SET }),
  command('VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT', {
    since: '6.1',
    usual: GET,
    payload: feature.vfio_device_feature_dma_logging_report,
    fields: {
      iova: number(0),
      length: number(4096),
      page_size: number(4096),
      bitmap: list,
    },
  }),
];
