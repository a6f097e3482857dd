import { B2dError } from '../../errors.ts';

/** The user's settings of this driver, by the names in docs/drivers/qemu.md. */
export interface QemuSettings {
  /** The path of qemu-system-x86_64. */
  program?: string;
  /** The path of qemu-img. */
  img?: string;
  /** QEMU's `-accel` value; skips the trial. */
  accel?: string;
  /** QEMU's `-cpu` value. */
  cpu?: string;
  firmware: 'bios' | 'uefi';
  /** Appended to QEMU's arguments. */
  args: string[];
}

/** The names of its settings. */
export const QEMU_SETTINGS = ['qemu.program', 'qemu.img', 'qemu.accel', 'qemu.cpu', 'qemu.firmware', 'qemu.args'];

/** Reads the `qemu.*` settings; other drivers' are ignored. @throws B2dError (usage) naming the wrong one. */
export function parseSettings(extra: Readonly<Record<string, string>>): QemuSettings {
  const unknown = Object.keys(extra).find((name) => name.startsWith('qemu.') && !QEMU_SETTINGS.includes(name));
  if (unknown !== undefined) throw badSetting(unknown, `The QEMU driver knows ${QEMU_SETTINGS.join(', ')}.`);
  const firmware = extra['qemu.firmware'] ?? 'bios';
  if (firmware !== 'bios' && firmware !== 'uefi') throw badSetting('qemu.firmware', `"${firmware}" is neither bios nor uefi.`);
  return {
    ...pick('program', extra['qemu.program']),
    ...pick('img', extra['qemu.img']),
    ...pick('accel', extra['qemu.accel']),
    ...pick('cpu', extra['qemu.cpu']),
    firmware,
    args: parseArguments(extra['qemu.args']),
  };
}

function pick(name: string, value: string | undefined): Record<string, string> {
  return value ? { [name]: value } : {};
}

function parseArguments(text: string | undefined): string[] {
  if (!text) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw badSetting('qemu.args', 'It must be a JSON array of strings, for instance ["-smbios", "type=1,serial=42"].');
  }
  return value as string[];
}

function badSetting(name: string, reason: string): B2dError {
  return new B2dError(`The setting ${name} cannot be used.`, { exit: 'usage', reason, remedy: 'b2d config' });
}
