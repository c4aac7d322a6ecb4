import type {
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
import type { DeviceOffer } from '#port/machine-description.ts';
import type { Address, SyscallResult } from '#port/process.ts';
import { offerFor } from '../../wish/offer-for.ts';
import type { DescribedMachine } from '../../wish/offer-for.ts';

/** A bench that has one for ordinary devices, and others for those that are out of the ordinary. */
export class MixedBench implements Bench {
  private readonly described: DescribedMachine;
  private readonly ordinary: Bench;
  private readonly others: ReadonlyMap<DeviceOffer, Bench>;
  private readonly homes = new Map<DeviceId, Bench>();

  constructor(
    described: DescribedMachine,
    ordinary: Bench,
    others: ReadonlyMap<DeviceOffer, Bench>,
  ) {
    this.described = described;
    this.ordinary = ordinary;
    this.others = others;
  }

  async devices(): Promise<readonly DeviceInfo[]> {
    const all = [...this.homes].map(async ([device, bench]) => {
      const devices = await bench.devices();
      return devices.filter(({ id }) => id === device);
    });
    return (await Promise.all(all)).flat();
  }

  async plug(wish: DeviceWish): Promise<DeviceInfo> {
    const bench = this.others.get(offerFor(this.described, wish)) ?? this.ordinary;
    const device = await bench.plug(wish);
    this.homes.set(device.id, bench);
    return device;
  }

  async unplug(device: DeviceId): Promise<void> {
    await this.homeOf(device).unplug(device);
    this.homes.delete(device);
  }

  bind(device: DeviceId, driver: Driver): Promise<SyscallResult> {
    return this.homeOf(device).bind(device, driver);
  }

  sees(access: DmaAccess, address: Address): Promise<boolean> {
    return this.homeOf(access.device).sees(access, address);
  }

  dmaRead(access: DmaAccess): Promise<DmaResult> {
    return this.homeOf(access.device).dmaRead(access);
  }

  dmaWrite(access: DmaAccess, bytes: Uint8Array): Promise<DmaResult> {
    return this.homeOf(access.device).dmaWrite(access, bytes);
  }

  requestPages(device: DeviceId, requests: readonly PageRequest[]): Promise<void> {
    return this.homeOf(device).requestPages(device, requests);
  }

  pageResponses(device: DeviceId): Promise<readonly PageResponse[]> {
    return this.homeOf(device).pageResponses(device);
  }

  startDma(access: DmaAccess, how: PatientDma): Promise<void> {
    return this.homeOf(access.device).startDma(access, how);
  }

  finishDma(device: DeviceId, group: number): Promise<DmaResult | 'waiting'> {
    return this.homeOf(device).finishDma(device, group);
  }

  answerDevice(device: DeviceId, response: PageResponse): Promise<void> {
    return this.homeOf(device).answerDevice(device, response);
  }

  refusedAccesses(device: DeviceId): Promise<readonly RefusedAccess[]> {
    return this.homeOf(device).refusedAccesses(device);
  }

  async settle(): Promise<void> {
    for (const bench of this.all()) await bench.settle();
  }

  async reset(): Promise<void> {
    this.homes.clear();
    for (const bench of this.all()) await bench.reset();
  }

  private all(): ReadonlySet<Bench> {
    return new Set([this.ordinary, ...this.others.values()]);
  }

  private homeOf(device: DeviceId): Bench {
    const bench = this.homes.get(device);
    if (bench !== undefined) return bench;
    const known = [...this.homes.keys()].join(', ');
    throw new Error(`no device "${device}" is plugged; there are ${known}`);
  }
}
