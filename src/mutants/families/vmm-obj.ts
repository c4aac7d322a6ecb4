import { mutants } from '#mutants/mutant.ts';
import type { LegacyContainer } from '#vmm/container-legacy.ts';
import type { MemoryListener, MemoryRegionSection } from '#vmm/address-space.ts';

/** What a VMM has. */
export const entries = mutants(
  {
    id: 'SEED-2400',
    breaks: ['VMM-OBJ-03', 'VMM-ATT-17'],
    story: 'Each group of a VMM gets a container of its own.',
    like: 'a VMM that never looks for a container that could take the group',
    bug: ({ vmm }) =>
      class extends vmm.LegacyBackend {
        protected override async joined(): Promise<LegacyContainer | undefined> {
          return undefined;
        }
      },
  },
  {
    id: 'SEED-2401',
    breaks: ['VMM-OBJ-04', 'VMM-OBJ-05'],
    story:
      'Memory that a guest is given later is told to the container that was there first alone.',
    like: 'MEMORY_LISTENER_CALL that stops at the first listener',
    bug: ({ vmm }) =>
      class extends vmm.AddressSpace {
        override async add(section: MemoryRegionSection): Promise<void> {
          const others = this.listeners.splice(1);
          await super.add(section);
          this.listeners.push(...others);
        }
      },
  },
  {
    id: 'SEED-2402',
    breaks: ['VMM-OBJ-05'],
    story: 'Memory that a guest loses stays mapped in the container that came last.',
    like: 'MEMORY_LISTENER_CALL that stops at the first listener',
    bug: ({ vmm }) =>
      class extends vmm.AddressSpace {
        override async remove(section: MemoryRegionSection): Promise<void> {
          const others = this.listeners.splice(1);
          await super.remove(section);
          this.listeners.push(...others);
        }
      },
  },
  {
    id: 'SEED-2403',
    breaks: ['VMM-OBJ-04'],
    story: 'A second container of a guest is not told what the guest has already.',
    like: 'memory_listener_register() without the replay',
    bug: ({ vmm }) =>
      class extends vmm.AddressSpace {
        override async register(listener: MemoryListener): Promise<void> {
          if (this.listeners.length === 0) await super.register(listener);
          else this.listeners.push(listener);
        }
      },
  },
  {
    id: 'SEED-2404',
    breaks: ['VMM-OBJ-06'],
    story: 'A VMM keeps /dev/iommu open when its last device has gone.',
    like: 'iommufd_backend_disconnect() that counts one user too many',
    bug: ({ vmm }) =>
      class extends vmm.IommufdBackend {
        protected override async disconnect(): Promise<void> {}
      },
  },
);
