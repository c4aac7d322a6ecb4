import type {
  Attachment,
  Bench,
  DeviceId,
  DeviceInfo,
  DeviceWish,
  DmaAccess,
  DmaResult,
  Driver,
  PageRequest,
  PageResponse,
  PatientDma,
  RefusedAccess,
} from '#port/bench.ts';
import type { Address, SyscallResult } from '#port/process.ts';
import type { Client } from './client.ts';
import { fromHexBytes, toHex64, toHexBytes } from './hex.ts';
import type { Result, WireAttachment, WireDmaAccess } from './messages.ts';
import { WireProcess } from './process.ts';
import { WireVirtioIommu } from './virtio-iommu.ts';

/** The hardware at the other end of a wire. */
export class WireBench implements Bench {
  readonly virtioIommu: WireVirtioIommu;
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
    this.virtioIommu = new WireVirtioIommu(client);
  }

  devices(): Promise<readonly DeviceInfo[]> {
    return this.client.call('devices', {});
  }

  plug(wish: DeviceWish): Promise<DeviceInfo> {
    return this.client.call('plug', wish);
  }

  async unplug(device: DeviceId): Promise<void> {
    await this.client.call('unplug', { device });
  }

  bind(device: DeviceId, driver: Driver): Promise<SyscallResult> {
    return this.client.call('bind', { device, driver });
  }

  sees(access: DmaAccess, address: Address): Promise<boolean> {
    return this.client.call('sees', { ...toWire(access), address: toHex64(address) });
  }

  async dmaRead(access: DmaAccess): Promise<DmaResult> {
    return fromWire(await this.client.call('dma-read', toWire(access)));
  }

  async dmaWrite(access: DmaAccess, bytes: Uint8Array): Promise<DmaResult> {
    const params = { ...toWire(access), bytes: toHexBytes(bytes) };
    return fromWire(await this.client.call('dma-write', params));
  }

  async requestPages(device: DeviceId, requests: readonly PageRequest[]): Promise<void> {
    const wired = requests.map(({ iova, ...rest }) => ({ ...rest, iova: toHex64(iova) }));
    await this.client.call('request-pages', { device, requests: wired });
  }

  pageResponses(device: DeviceId): Promise<readonly PageResponse[]> {
    return this.client.call('page-responses', { device });
  }

  async startDma(access: DmaAccess, { group, bytes }: PatientDma): Promise<void> {
    const written = bytes === undefined ? {} : { bytes: toHexBytes(bytes) };
    await this.client.call('start-dma', { ...toWire(access), group, ...written });
  }

  async finishDma(device: DeviceId, group: number): Promise<DmaResult | 'waiting'> {
    const result = await this.client.call('finish-dma', { device, group });
    return 'waiting' in result ? 'waiting' : fromWire(result);
  }

  async answerDevice(device: DeviceId, response: PageResponse): Promise<void> {
    await this.client.call('answer-device', { device, response });
  }

  async refusedAccesses(device: DeviceId): Promise<readonly RefusedAccess[]> {
    const refused = await this.client.call('refused-accesses', { device });
    return refused.map(({ iova, ...rest }) => ({ ...rest, iova: BigInt(iova) }));
  }

  async settle(): Promise<void> {
    await this.client.call('settle', {});
  }

  async reset(): Promise<void> {
    await this.client.call('reset', {});
  }
}

function toWire({ attachment, iova, ...rest }: DmaAccess): WireDmaAccess {
  return { ...rest, iova: toHex64(iova), attachment: attachmentToWire(attachment) };
}

function attachmentToWire({ process, ...rest }: Attachment): WireAttachment {
  if (!(process instanceof WireProcess)) throw new Error('the process is not of this wire');
  return { ...rest, process: process.process };
}

function fromWire(result: Result<'dma-read'>): DmaResult {
  return 'bytes' in result ? { bytes: fromHexBytes(result.bytes) } : 'blocked';
}
