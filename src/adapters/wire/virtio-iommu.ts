import type { VirtioAnswer, VirtioIommu } from '#port/virtio-iommu.ts';
import type { Client } from './client.ts';
import { fromHexBytes, toHexBytes } from './hex.ts';
import type { Params, Result } from './messages.ts';

/** That of the bench at the other end. */
export class WireVirtioIommu implements VirtioIommu {
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  async request(bytes: Uint8Array, room: number): Promise<VirtioAnswer | 'stopped'> {
    const answer = await this.client.call('virtio-request', { bytes: toHexBytes(bytes), room });
    if ('stopped' in answer) return 'stopped';
    return { bytes: fromHexBytes(answer.bytes), written: answer.written };
  }

  async events(buffers: readonly number[]): Promise<readonly Uint8Array[] | 'stopped'> {
    const answer = await this.client.call('virtio-events', { buffers });
    return 'stopped' in answer ? 'stopped' : answer.events.map(fromHexBytes);
  }

  async configuration(change?: Parameters<VirtioIommu['configuration']>[0]): Promise<Uint8Array> {
    const wired = change && { change: { ...change, bytes: toHexBytes(change.bytes) } };
    return fromHexBytes((await this.client.call('virtio-configuration', { ...wired })).bytes);
  }

  async reset(): Promise<void> {
    await this.client.call('virtio-reset', {});
  }
}

type Handler<M extends 'virtio-request' | 'virtio-events' | 'virtio-configuration'> = (
  device: VirtioIommu,
  params: Params<M>,
) => Promise<Result<M>>;

/** The other end: what the methods become. */
export const virtioRequest: Handler<'virtio-request'> = async (device, { bytes, room }) => {
  const answer = await device.request(fromHexBytes(bytes), room);
  if (answer === 'stopped') return { stopped: true };
  return { bytes: toHexBytes(answer.bytes), written: answer.written };
};

export const virtioEvents: Handler<'virtio-events'> = async (device, { buffers }) => {
  const events = await device.events(buffers);
  return events === 'stopped' ? { stopped: true } : { events: events.map(toHexBytes) };
};

export const virtioConfiguration: Handler<'virtio-configuration'> = async (device, { change }) => {
  const wanted = change && { offset: change.offset, bytes: fromHexBytes(change.bytes) };
  return { bytes: toHexBytes(await device.configuration(wanted)) };
};
