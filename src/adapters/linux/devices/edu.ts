import { randomBytes } from 'node:crypto';

import type { Bench, DeviceId, DeviceInfo, DeviceWish, Driver } from '#port/bench.ts';
import type { Attachment, DmaAccess, DmaResult } from '#port/bench.ts';
import type { DeviceOffer } from '#port/machine-description.ts';
import type { Address, SyscallResult } from '#port/process.ts';
import { offerFor, refused } from '../../wish/offer-for.ts';
import type { DescribedMachine } from '../../wish/offer-for.ts';
import { bufferBytes, EduEngine } from './edu-engine.ts';
import type { Direction, FaultLog } from './fault-log.ts';
import { Marks } from './marks.ts';
import { WithoutPageRequests } from './refusing.ts';
import { samplesOf, sampleBytes } from './samples.ts';
import type { Sample } from './samples.ts';
import { NoWindow, withWindow } from './window.ts';
import type { WithWindow } from './window.ts';

/** A device of the machine, and the sort that it is of: an object of the description. */
export interface EduDevice {
  readonly info: DeviceInfo;
  readonly offer: DeviceOffer;
}

export interface EduDevices {
  readonly described: DescribedMachine;
  /** The devices of a group beside each other. */
  readonly groups: readonly (readonly EduDevice[])[];
  readonly faults: FaultLog;
  /** Where what they hold comes from and goes to; a page in the IOAS where nothing is said. */
  readonly window?: WithWindow;
  /** Absent where no device has another driver. */
  readonly bind?: (device: DeviceId, driver: Driver) => Promise<SyscallResult>;
  /** Gives devices to VFIO again, as far as a scenario has taken them from there. */
  readonly giveBack?: (devices: readonly DeviceInfo[]) => Promise<void>;
  /** Makes what scenarios may have changed in the kernel as it was at boot. */
  readonly restore?: () => Promise<void>;
}

/**
 * QEMU's `edu` devices behind an emulated IOMMU, bound to vfio-pci. A blocked access is one that the IOMMU
 * refused: neither the data (a blocked read leaves zeroes in the device) nor the device tells. What the device holds gets
 * out by DMA as well, through a page that is mapped into the IOAS for that time: see window.ts.
 */
export class EduBench extends WithoutPageRequests implements Bench {
  protected readonly noPageRequests = 'an edu device has no page requests';
  private readonly described: DescribedMachine;
  private readonly groups: EduDevices['groups'];
  private readonly faults: FaultLog;
  private readonly withWindow: WithWindow;
  private readonly rebind: EduDevices['bind'];
  private readonly giveBack: EduDevices['giveBack'];
  private readonly restore: EduDevices['restore'];
  private readonly plugged = new Set<DeviceId>();
  /** Those that VFIO may not have any more. */
  private readonly given = new Set<DeviceId>();

  constructor({ described, groups, faults, ...more }: EduDevices) {
    super();
    this.described = described;
    this.groups = groups;
    this.faults = faults;
    this.rebind = more.bind;
    this.withWindow = more.window ?? withWindow;
    this.giveBack = more.giveBack;
    this.restore = more.restore;
  }

  async devices(): Promise<readonly DeviceInfo[]> {
    return this.groups
      .flat()
      .map(({ info }) => info)
      .filter(({ id }) => this.plugged.has(id));
  }

  async plug(wish: DeviceWish): Promise<DeviceInfo> {
    const offer = offerFor(this.described, wish);
    const isFree = (device: EduDevice): boolean =>
      device.offer === offer && !this.plugged.has(device.info.id);
    const device = this.groupFor(wish, isFree)?.find(isFree);
    if (device === undefined) throw this.noneLeft(wish);
    const { id } = device.info;
    this.plugged.add(id);
    if (wish.bound === 'host') await this.bind(id, wish.bound);
    return device.info;
  }

  private groupFor(
    { group }: DeviceWish,
    isFree: (device: EduDevice) => boolean,
  ): readonly EduDevice[] | undefined {
    const isPlugged = ({ info: { id } }: EduDevice): boolean => this.plugged.has(id);
    const fits = (members: readonly EduDevice[]): boolean =>
      group === undefined
        ? members.some(isFree) && !members.some(isPlugged)
        : members.some(({ info }) => info.id === group.with);
    return this.groups.find(fits);
  }

  private noneLeft({ group }: DeviceWish): Error {
    return group === undefined
      ? new Error(`machine "${this.described.name}" has no such device left in a group of its own`)
      : refused(this.described, { key: 'group.with', value: group.with }, 'none is left there');
  }

  async unplug(device: DeviceId): Promise<void> {
    this.plugged.delete(device);
  }

  /** The driver logs few refusals of those that come in a row, and does not say which. */
  refusedAccesses(): Promise<never> {
    return Promise.reject(new Error('the log of this kernel has not each refusal'));
  }

  async bind(device: DeviceId, driver: Driver): Promise<SyscallResult> {
    if (this.rebind === undefined) throw new Error('a scenario needs host-driver');
    this.given.add(device);
    return this.rebind(device, driver);
  }

  async settle(): Promise<void> {}

  async reset(): Promise<void> {
    for (const device of this.given) await this.rebind?.(device, 'vfio-pci');
    this.given.clear();
    await this.giveBack?.(await this.devices());
    this.plugged.clear();
    await this.restore?.();
  }

  async dmaRead({ attachment, iova, length }: DmaAccess): Promise<DmaResult> {
    const engine = engineOf(attachment);
    if (engine === undefined) return 'blocked';
    const bytes = new Uint8Array(length);
    for (const { first, size } of transfersOf(length)) {
      const part = { iova: iova + BigInt(first), length: size, offset: 0 };
      const fetched = await this.unrefused('read', () => engine.fetch(part));
      if (!fetched) return 'blocked';
      bytes.set(await this.contentOf(attachment, engine, size), first);
    }
    return { bytes };
  }

  async dmaWrite({ attachment, iova }: DmaAccess, bytes: Uint8Array): Promise<DmaResult> {
    const engine = engineOf(attachment);
    if (engine === undefined) return 'blocked';
    for (const { first, size } of transfersOf(bytes.length)) {
      const content = bytes.subarray(first, first + size);
      const reachable = attachment.ioas ?? attachment.container ?? attachment.hwpt;
      if (reachable !== undefined) await this.fill(attachment, engine, content);
      const target = { iova: iova + BigInt(first), length: size, offset: 0 };
      const put = await this.unrefused('write', () => engine.put(target));
      if (!put) return 'blocked';
    }
    return { bytes };
  }

  /**
   * Marks the memory at `address`, lets the device read the marks at `iova`, and takes them away again. Where it may
   * not read, it writes; first what it happens to hold, as mostly it may not do that either, and the rest is saved.
   */
  async sees(access: DmaAccess, address: Address): Promise<boolean> {
    const engine = engineOf(access.attachment);
    if (engine === undefined) return false;
    const samples = samplesOf(access, address);
    const marks = await Marks.make(access.attachment.process, samples);
    try {
      const refused = await this.fetchAll(engine, samples);
      if (refused !== undefined) {
        const writable = await this.putAll(engine, [refused]);
        return writable && (await this.seesByWriting({ engine, ...access }, samples));
      }
      const length = samples.length * sampleBytes;
      // Looking is to change nothing: the device stays where it is.
      const { hwpt: _, ...inPlace } = access.attachment;
      const seen = await this.contentOf(inPlace, engine, length).catch(unlessNoWindow);
      return marks.equal(seen ?? (await this.echo(engine, marks)));
    } finally {
      await marks.remove();
    }
  }

  /** What it has read gets out where it came from, if it may write there. */
  private async echo(engine: EduEngine, marks: Marks): Promise<Uint8Array> {
    await marks.wipe();
    if (await this.putAll(engine, marks.samples)) return marks.look();
    throw new NoWindow('what edu has read does not get out: iommufd is closed');
  }

  private async seesByWriting(
    { engine, attachment }: Driven,
    samples: readonly Sample[],
  ): Promise<boolean> {
    const { process } = attachment;
    const bytes = randomBytes(samples.length * sampleBytes);
    await this.fill(attachment, engine, bytes);
    if (!(await this.putAll(engine, samples))) return false;
    for (const [index, { address, length }] of samples.entries()) {
      const seen = await process.load(address, length);
      const start = index * sampleBytes;
      const put = bytes.subarray(start, start + length);
      if (typeof seen === 'string' || !put.equals(seen)) return false;
    }
    return true;
  }

  /** The first sample that the device was not given. */
  private async fetchAll(
    engine: EduEngine,
    samples: readonly Sample[],
  ): Promise<Sample | undefined> {
    for (const [index, sample] of samples.entries()) {
      const { iova, length } = sample;
      const transfer = { iova, length, offset: index * sampleBytes };
      if (!(await this.unrefused('read', () => engine.fetch(transfer)))) return sample;
    }
    return undefined;
  }

  private async putAll(engine: EduEngine, samples: readonly Sample[]): Promise<boolean> {
    for (const [index, { iova, length }] of samples.entries()) {
      const transfer = { iova, length, offset: index * sampleBytes };
      if (!(await this.unrefused('write', () => engine.put(transfer)))) return false;
    }
    return true;
  }

  /** The first bytes that the device holds. */
  private contentOf(
    attachment: Attachment,
    engine: EduEngine,
    length: number,
  ): Promise<Uint8Array> {
    return this.withWindow(attachment, async ({ iova, memory }) => {
      await engine.put({ iova, length, offset: 0 });
      return memory.load(length);
    });
  }

  /** Makes the device hold these bytes. */
  private fill(attachment: Attachment, engine: EduEngine, bytes: Uint8Array): Promise<void> {
    return this.withWindow(attachment, async ({ iova, memory }) => {
      await memory.store(bytes);
      await engine.fetch({ iova, length: bytes.length, offset: 0 });
    });
  }

  private async unrefused(direction: Direction, transfer: () => Promise<void>): Promise<boolean> {
    const before = await this.faults.count(direction);
    await transfer();
    return (await this.faults.count(direction)) === before;
  }
}

interface Driven {
  readonly engine: EduEngine;
  readonly attachment: Attachment;
}

/**
 * Parts of an access, in their order, the smallest one first: QEMU tells of every four bytes that are refused, and an IOMMU
 * of each by an event, which a kernel needs longer for than for all else.
 */
function transfersOf(length: number): readonly { readonly first: number; readonly size: number }[] {
  const count = Math.ceil(length / bufferBytes);
  const smallest = length - (count - 1) * bufferBytes;
  return Array.from({ length: count }, (_, index) =>
    index === 0
      ? { first: 0, size: smallest }
      : { first: smallest + (index - 1) * bufferBytes, size: bufferBytes },
  );
}

/** Undefined for a device that nobody has opened: nothing makes it move. */
function engineOf({ process, deviceFd }: Attachment): EduEngine | undefined {
  return deviceFd === undefined ? undefined : new EduEngine(process, deviceFd);
}

function unlessNoWindow(error: unknown): undefined {
  if (!(error instanceof NoWindow)) throw error;
}
