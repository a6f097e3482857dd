import { B2dError } from '../../errors.ts';

/** The user's settings of this driver, by the names in docs/drivers/virtualbox.md. */
export interface VirtualBoxSettings {
  /** The path of VBoxManage, or of the folder it is in. */
  program?: string;
  /** Appended to `modifyvm` at every start. */
  modifyvm: string[];
  /** Extra data (`setextradata`) of the machine, set at every start; an empty value removes a key. */
  extradata: Record<string, string>;
}

/** The names of its settings. */
export const VIRTUALBOX_SETTINGS = ['virtualbox.program', 'virtualbox.modifyvm', 'virtualbox.extradata'];

/** Reads the `virtualbox.*` settings; other drivers' are ignored. @throws B2dError (usage) naming the wrong one. */
export function parseSettings(extra: Readonly<Record<string, string>>): VirtualBoxSettings {
  const unknown = Object.keys(extra).find((name) => name.startsWith('virtualbox.') && !VIRTUALBOX_SETTINGS.includes(name));
  if (unknown !== undefined) throw badSetting(unknown, `The VirtualBox driver knows ${VIRTUALBOX_SETTINGS.join(', ')}.`);
  const program = extra['virtualbox.program'];
  return { ...(program && { program }), modifyvm: optionsOf(extra['virtualbox.modifyvm']), extradata: extraDataOf(extra['virtualbox.extradata']) };
}

/** Whether guest code is to run on VirtualBox's interpreter, which needs neither VT-x nor a kernel module. */
export function asksForInterpreter({ modifyvm }: VirtualBoxSettings): boolean {
  return /--vm-execution-engine[ =]interpreter/.test(modifyvm.join(' '));
}

function optionsOf(text: string | undefined): string[] {
  const value = parse(text, []);
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw badSetting('virtualbox.modifyvm', 'It must be a JSON array of strings, for instance ["--cpuexecutioncap", "50"].');
}

function extraDataOf(text: string | undefined): Record<string, string> {
  const value = parse(text, {});
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord || !Object.values(value).every((entry) => typeof entry === 'string')) {
    throw badSetting('virtualbox.extradata', 'It must be a JSON object of strings, for instance {"VBoxInternal/Devices/VMMDev/0/Config/GetHostTimeDisabled": "1"}.');
  }
  const own = Object.keys(value).find((key) => key.startsWith('b2d/'));
  if (own !== undefined) throw badSetting('virtualbox.extradata', `The keys that begin with b2d/, as "${own}" does, are b2d's own.`);
  return value as Record<string, string>;
}

function parse(text: string | undefined, fallback: unknown): unknown {
  if (!text) return fallback;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function badSetting(name: string, reason: string): B2dError {
  return new B2dError(`The setting ${name} cannot be used.`, { exit: 'usage', reason, remedy: 'b2d config' });
}
