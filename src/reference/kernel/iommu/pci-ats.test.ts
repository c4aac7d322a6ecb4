import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { hardwareParts } from '../../hardware/parts.ts';
import { pciParts } from '../../hardware/pci/parts.ts';
import { PciDevice } from '../../hardware/pci/pci-device.ts';
import type { PciCapabilities } from '../../hardware/pci/pci-device.ts';
import type { PageRequestMessage } from '#formats/pcie.ts';
import {
  disableAts,
  enableAts,
  enablePageRequests,
  enablePasids,
  resetPageRequests,
} from './pci-ats.ts';

const { DeviceTlb, Iotlb, PhysicalMemory } = hardwareParts;
const PAGE = 4096n;

/** A device whose requests are noted, and translated to themselves. */
function setUp(changes: Partial<PciCapabilities> = {}) {
  const asked: PageRequestMessage[] = [];
  const found = { address: 0n, size: PAGE, read: true, write: false };
  let translations = 0;
  const pci = new PciDevice({
    rid: 8,
    requesterId: 8,
    memory: new PhysicalMemory(),
    parts: { hardware: hardwareParts, pci: pciParts },
    translator: {
      translate: ({ iova }) => ({ address: iova, bytesToBorder: PAGE }),
      requestTranslation: ({ iova }) => {
        translations += 1;
        return iova < PAGE ? found : undefined;
      },
      requestPage: (message) => asked.push(message),
    },
    capabilities: {
      deviceTlb: new DeviceTlb(new Iotlb()),
      pasidBits: 20,
      pageRequests: true,
      virtualFunction: false,
      stalls: false,
      msiVectors: 1,
      msixVectors: 0,
      powerManagement: false,
      functionLevelReset: false,
      physicalFunction: false,
      errorReporting: false,
      assortedCapabilities: false,
      smallBar: false,
      ioBar: false,
      rom: false,
      ...changes,
    },
  });
  const request = { iova: PAGE, read: true, write: false, group: 3, last: true };
  const read16 = (at: bigint): number => {
    const [low = 0, high = 0] = pci.configuration.read(at, 2);
    return low | (high << 8);
  };
  return { pci, asked, request, read16, count: () => translations };
}

describe('extended capabilities', () => {
  it('are where the base specification has them', () => {
    const { read16 } = setUp();
    assert.deepEqual([read16(0x100n), read16(0x102n), read16(0x104n)], [0x0f, 0x1101, 0x20]);
    assert.deepEqual([read16(0x110n), read16(0x112n), read16(0x116n)], [0x13, 0x1201, 0x8100]);
    assert.deepEqual([read16(0x120n), read16(0x122n), read16(0x124n)], [0x1b, 1, 0x1406]);
  });

  it('are not there in a function of conventional PCI', () => {
    const memory = new PhysicalMemory();
    const translator = { translate: () => undefined };
    const parts = { hardware: hardwareParts, pci: pciParts };
    const pci = new PciDevice({ rid: 8, requesterId: 8, memory, translator, parts });
    assert.equal(pci.configuration.size, 256n);
    assert.deepEqual([enableAts(pci), enablePasids(pci)], ['ENODEV', 'ENODEV']);
    assert.deepEqual([resetPageRequests(pci), enablePageRequests(pci, 1)], ['ENODEV', 'ENODEV']);
  });

  it('send PASIDs only where they were switched on before ATS', () => {
    const { pci } = setUp();
    assert.equal(pci.reach(0n, 1, { write: false, pasid: 7 }), undefined);
    enableAts(pci);
    enablePasids(pci);
    assert.equal(pci.reach(0n, 1, { write: false, pasid: 7 }), undefined);
    disableAts(pci);
    enablePasids(pci);
    enableAts(pci);
    assert.ok(pci.reach(0n, 1, { write: false, pasid: 7 }));
  });

  it('keep no translation while ATS is switched off and on', () => {
    const { pci, count } = setUp();
    enableAts(pci);
    for (let times = 0; times < 2; times += 1) pci.reach(0n, 1, { write: false, pasid: undefined });
    assert.equal(count(), 1);
    disableAts(pci);
    enableAts(pci);
    pci.reach(0n, 1, { write: false, pasid: undefined });
    assert.equal(count(), 2);
  });
});

describe('page requests', () => {
  it('are sent while ATS and the interface are on, as many as are allowed', () => {
    const { pci, asked, request, read16 } = setUp();
    enablePageRequests(pci, 1);
    assert.equal(pci.requestPage(request), false);
    enableAts(pci);
    assert.equal(resetPageRequests(pci), undefined);
    assert.equal(enablePageRequests(pci, 4096), undefined);
    assert.equal(read16(0x11cn), 512);
    assert.equal(resetPageRequests(pci), 'EBUSY');
    assert.equal(pci.requestPage(request), true);
    assert.equal(asked.length, 1);
  });

  it('are not switched on while an answer is due', () => {
    const { pci, request, read16 } = setUp();
    enableAts(pci);
    enablePageRequests(pci, 8);
    pci.requestPage(request);
    pci.configuration.write(0x114n, Uint8Array.of(0, 0));
    assert.equal(read16(0x116n), 0x8000);
    assert.equal(enablePageRequests(pci, 8), 'EBUSY');
    pci.pageGroupResponse({ group: 3, code: 0 });
    assert.equal(read16(0x116n), 0x8100);
    assert.equal(enablePageRequests(pci, 8), undefined);
  });

  it('have errors that software clears by writing 1', () => {
    const { pci, read16 } = setUp();
    enableAts(pci);
    enablePageRequests(pci, 8);
    pci.pageGroupResponse({ group: 3, code: 0 });
    assert.equal(read16(0x116n), 0x8002);
    pci.configuration.write(0x116n, Uint8Array.of(1, 0));
    assert.equal(read16(0x116n), 0x8002);
    pci.configuration.write(0x116n, Uint8Array.of(2, 0));
    assert.equal(read16(0x116n), 0x8000);
  });

  it('start again after a failure, by a reset', () => {
    const { pci, request, read16 } = setUp();
    enableAts(pci);
    enablePageRequests(pci, 8);
    pci.requestPage(request);
    pci.pageGroupResponse({ group: 3, code: 2 });
    assert.equal(read16(0x116n), 0x8101);
    assert.equal(pci.requestPage(request), false);
    resetPageRequests(pci);
    enablePageRequests(pci, 8);
    assert.equal(pci.requestPage(request), true);
  });
});
