import type { DmaResult, DeviceId, DeviceInfo } from '#port/bench.ts';
import type {
  Backend,
  GuestAccess,
  GuestRam,
  StartVmm,
  SystemCall,
  Told,
  Vmm,
  VmmHost,
} from '#port/vmm.ts';

import type { MemoryRegionSection } from './address-space.ts';
import type { DeviceBackend } from './backend.ts';
import type { Container, VmmContext } from './container.ts';
import { VfioDevice } from './device.ts';
import type { DirtyLog } from './dirty-log.ts';
import { failed, VmmAborted, VmmError } from './error.ts';
import { vmmParts, type VmmParts } from './parts.ts';
import { Syscalls } from './syscalls.ts';

interface Plugged {
  readonly device: VfioDevice;
  readonly backend: DeviceBackend;
}

/** A VMM on the port: a program like any other, which makes the calls that QEMU 11.1 makes. */
class ModelVmm implements Vmm {
  readonly #context: VmmContext;
  readonly #bench: VmmHost['bench'];
  readonly #legacy: DeviceBackend;
  readonly #dirtyLog: DirtyLog;
  readonly #objects = new Map<string, DeviceBackend>();
  readonly #plugged = new Map<DeviceId, Plugged>();
  #ended = false;

  constructor({ bench }: VmmHost, syscalls: Syscalls, parts: VmmParts) {
    this.#bench = bench;
    this.#context = { syscalls, parts, space: new parts.AddressSpace() };
    this.#legacy = new parts.LegacyBackend(this.#context);
    this.#dirtyLog = new parts.DirtyLog(this.#context);
  }

  addRam({ name, gpa, length, readOnly, shared }: GuestRam): Promise<Told> {
    const { space, syscalls } = this.#context;
    return this.#told(async () => {
      const other = space.at(gpa, length) ?? space.named(name);
      if (other !== undefined) throw new VmmError(`"${name}" and "${other.name}" overlap`);
      const place = { name, gpa, size: length, readOnly };
      if (!shared) {
        const address = await syscalls.anonymous(length);
        if (address < 0n) throw failed(`memory for "${name}"`, address);
        return space.add({ ...place, address });
      }
      const made = await syscalls.sharedFile(name, length);
      if (typeof made === 'bigint') throw failed(`a file for "${name}"`, made);
      return space.add({ ...place, ...made });
    });
  }

  removeRam(name: string): Promise<Told> {
    const { space, syscalls } = this.#context;
    return this.#told(async () => {
      const section = space.named(name);
      if (section === undefined) throw new VmmError(`the guest has no RAM "${name}"`);
      await space.remove(section);
      await syscalls.munmap(section.address, section.size);
      if (section.file !== undefined) await syscalls.close(section.file);
    });
  }

  /** Each device by the back end that is chosen for it: VMM-OBJ-04. */
  plugDevice(info: DeviceInfo, kind: Backend, object = ''): Promise<Told> {
    return this.#told(async () => {
      const device = new VfioDevice(this.#context.syscalls, info);
      const backend = kind === 'legacy' ? this.#legacy : this.#object(object);
      await backend.attachDevice(device);
      this.#plugged.set(info.id, { device, backend });
      if (this.#dirtyLog.isOn) await this.#dirtyLog.start(this.#containers());
    });
  }

  unplugDevice(id: DeviceId): Promise<Told> {
    return this.#told(async () => {
      const { device, backend } = this.#find(id);
      this.#plugged.delete(id);
      const { container } = device;
      await backend.detachDevice(device);
      if (container?.devices.size === 0) this.#dirtyLog.forget(container);
    });
  }

  async guestRead(gpa: bigint, length: number): Promise<Uint8Array | undefined> {
    const section = this.#sectionOf(gpa, length);
    if (section === undefined) return undefined;
    return this.#context.syscalls.load(section.address + gpa - section.gpa, length);
  }

  async guestWrite(gpa: bigint, bytes: Uint8Array): Promise<void> {
    const section = this.#sectionOf(gpa, bytes.length);
    // To the guest what is read-only is filled by whoever made it; a write to what is not there goes nowhere.
    if (section === undefined) return;
    await this.#context.syscalls.store(section.address + gpa - section.gpa, bytes);
    this.#dirtyLog.note(gpa, bytes.length);
  }

  async guestDma(id: DeviceId, { gpa: iova, ...what }: GuestAccess): Promise<DmaResult> {
    const { attachment } = this.#find(id).device;
    const place = { device: id, attachment, iova };
    return 'bytes' in what
      ? this.#bench.dmaWrite({ ...place, length: what.bytes.length }, what.bytes)
      : this.#bench.dmaRead({ ...place, length: what.length });
  }

  startDirtyLog(): Promise<Told> {
    return this.#told(() => this.#dirtyLog.start(this.#containers()));
  }

  stopDirtyLog(): Promise<Told> {
    return this.#told(() => this.#dirtyLog.stop());
  }

  async dirtyPages(ram: string): Promise<readonly bigint[]> {
    const section = this.#context.space.named(ram);
    if (section === undefined) throw new VmmError(`the guest has no RAM "${ram}"`);
    return this.#dirtyLog.sync(section, this.#containers());
  }

  /** VMM-ORD-06. */
  async quit(): Promise<void> {
    this.#ended = true;
    await this.#context.syscalls.process.exit();
  }

  async hasEnded(): Promise<boolean> {
    return this.#ended;
  }

  async calls(): Promise<readonly SystemCall[]> {
    return [...this.#context.syscalls.log];
  }

  /** Of the devices that are plugged, each once. */
  #containers(): readonly Container[] {
    const all = [...this.#plugged.values()].map(({ device: { container } }) => container);
    return [...new Set(all.filter((each) => each !== undefined))];
  }

  /** Objects share nothing but the guest: VMM-OBJ-05. */
  #object(name: string): DeviceBackend {
    const object = this.#objects.get(name) ?? new this.#context.parts.IommufdBackend(this.#context);
    this.#objects.set(name, object);
    return object;
  }

  #find(id: DeviceId): Plugged {
    const plugged = this.#plugged.get(id);
    if (plugged === undefined) throw new VmmError(`the guest has no device ${id}`);
    return plugged;
  }

  /** Where all of it lies. */
  #sectionOf(gpa: bigint, length: number): MemoryRegionSection | undefined {
    const section = this.#context.space.at(gpa, 1n);
    const end = gpa + BigInt(length);
    return section !== undefined && end <= section.gpa + section.size ? section : undefined;
  }

  /** What the user is told; of an abort nothing is left. */
  async #told(work: () => Promise<void>): Promise<Told> {
    try {
      await work();
      return 'done';
    } catch (error) {
      if (!(error instanceof VmmError)) throw error;
      if (error instanceof VmmAborted) await this.quit();
      return { refused: error.message };
    }
  }
}

/** The VMM that is built from these parts. */
export function vmmOf(parts: VmmParts): StartVmm {
  return async (host) => {
    const syscalls = await Syscalls.of(host.process, host.pageSize);
    return new ModelVmm(host, syscalls, parts);
  };
}

export const startVmm: StartVmm = vmmOf(vmmParts);
