import { CapabilityId, EXPRESS } from '#formats/pci-configuration.ts';

import { RegisterCapability } from './capability.ts';

/** Payloads of up to 512 bytes; what the registers say after a reset: payloads of 128 bytes, read requests of 512. */
const LARGEST_PAYLOAD = 2;
const READ_REQUEST = 2 << 12;
/** Relaxed ordering and no snooping may be asked for, after a reset too. */
const [RELAXED_ORDERING, NO_SNOOP] = [1 << 4, 1 << 11];
/** Which errors are reported. */
const REPORTS = 0xf;
/** Completion timeouts, and whether they are off. */
const COMPLETION_TIMEOUT = 0x1f;

/** PCIe, 7.5.3: the capability of an endpoint that is a part of the root complex. */
export class ExpressCapability extends RegisterCapability {
  readonly id = CapabilityId.Express;
  private readonly onReset: () => void;

  /** Without `resets` it has no function level reset. */
  constructor({ resets, onReset }: { readonly resets: boolean; readonly onReset: () => void }) {
    super(EXPRESS.size);
    this.onReset = onReset;
    const { capabilities, deviceCapabilities, deviceControl, deviceControl2 } = EXPRESS;
    const { MaxPayload, MaxReadRequest, PhantomFunctions, AriForwarding } = EXPRESS;
    const { Version2, FunctionLevelReset, IntegratedEndpoint } = EXPRESS;
    const offered = LARGEST_PAYLOAD | (resets ? FunctionLevelReset : 0);
    this.registers
      .define(capabilities, 2, { value: Version2 | IntegratedEndpoint })
      .define(deviceCapabilities, 4, { value: offered })
      .define(deviceControl, 2, {
        value: READ_REQUEST | RELAXED_ORDERING | NO_SNOOP,
        writable:
          MaxPayload | MaxReadRequest | PhantomFunctions | RELAXED_ORDERING | NO_SNOOP | REPORTS,
      })
      .define(deviceControl2, 2, { writable: AriForwarding | COMPLETION_TIMEOUT });
  }

  /** The bit that resets the function reads as 0. PCIe, 7.5.3.4 */
  override write(offset: number, bytes: Uint8Array): void {
    super.write(offset, bytes);
    const upper = bytes[EXPRESS.deviceControl + 1 - offset] ?? 0;
    if ((upper << 8) & EXPRESS.InitiateReset && this.canReset) this.onReset();
  }

  private get canReset(): boolean {
    return (this.registers.get(EXPRESS.deviceCapabilities, 4) & EXPRESS.FunctionLevelReset) !== 0;
  }
}
