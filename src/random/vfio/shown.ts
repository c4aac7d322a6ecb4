import type { DeviceName, Operand, Slot, VfioCall } from './call.ts';
import type { Page } from './model.ts';

/** `nic sees ram + 0x3000 at 0x1000000`. */
export function shownLook(device: DeviceName, { iova, ram }: Page): string {
  return `${device} sees ram + 0x${ram.toString(16)} at 0x${iova.toString(16)}`;
}

/** How a call is printed: as strace would, with names in place of numbers that nobody can know. */
export function shownCall(call: VfioCall): string {
  switch (call.kind) {
    case 'open':
      return call.slot === 'line' ? 'line = eventfd(0)' : `open ${call.slot}`;
    case 'close':
      return `close(${call.slot})`;
    case 'ioctl': {
      const fields = Object.entries(call.fields).map(
        ([name, operand]) => `${name}=${shownOperand(operand)}`,
      );
      const fds = call.fds === undefined ? [] : [`fds=${call.fds.join(' ')}`];
      return `ioctl(${call.on}, ${call.command.name}, {${[...fields, ...fds].join(', ')}})`;
    }
    case 'plain ioctl':
      return `ioctl(${call.on}, ${call.command.name}, ${shownArgument(call.argument)})`;
    case 'read registers':
    case 'write registers':
      return shownRegister(call);
    case 'signals':
      return 'read(line)';
    case 'look':
      return `${call.device} looks`;
  }
}

function shownOperand(operand: Operand): string {
  if (typeof operand === 'bigint') return `0x${operand.toString(16)}`;
  return 'file' in operand ? operand.file : `ram + 0x${operand.ram.toString(16)}`;
}

type Argument = Extract<VfioCall, { kind: 'plain ioctl' }>['argument'];

function shownArgument(argument: Argument): string {
  if (typeof argument === 'number') return String(argument);
  return 'file' in argument ? `&${argument.file satisfies Slot}` : `name of ${argument.name}`;
}

type Register = Extract<VfioCall, { kind: 'read registers' | 'write registers' }>;

function shownRegister({ kind, device, region, offset, width, value }: Register): string {
  const place = `${device}, region ${region} + 0x${offset.toString(16)}, ${width}`;
  return kind === 'read registers'
    ? `pread(${place})`
    : `pwrite(${place}, 0x${value.toString(16)})`;
}
