import { B2dError } from '../errors.ts';

/** The machine that commands mean when none is named. */
export const DEFAULT_MACHINE = 'default';

/** The name by which other programs know a machine: docker its context, ssh its host. */
export function clientName(machine: string): string {
  return machine === DEFAULT_MACHINE ? 'b2d' : `b2d-${machine}`;
}

/** Long enough for anybody, and still a valid DNS label: the name stands in the server certificate and is the guest's hostname. */
const MAX_LENGTH = 63;

/** Device names that Windows keeps for itself, with any ending: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/**
 * Checks a machine name: letters, digits, `-`, `_` and `.`, at most 63; it is a folder's name on every system, never a path.
 * @throws B2dError (usage) saying which rule it breaks.
 */
export function validateMachineName(name: string): string {
  const broken =
    name === '' ? 'it is empty'
    : name.length > MAX_LENGTH ? `it has ${name.length} characters, at most ${MAX_LENGTH} are possible`
    : /[^A-Za-z0-9._-]/.test(name) ? 'only letters, digits, "-", "_" and "." are possible'
    : !/^[A-Za-z0-9]/.test(name) ? 'it must begin with a letter or digit'
    : name.endsWith('.') ? 'it must not end with "."'
    : WINDOWS_DEVICE.test(name) ? 'Windows keeps that name for a device'
    : undefined;
  if (broken === undefined) return name;
  throw new B2dError(`"${name}" cannot be a machine name: ${broken}.`, { exit: 'usage', remedy: 'Choose another, for example: --machine dev' });
}

/** Whether it can be a machine's name. */
export function isMachineName(name: string): boolean {
  try {
    return validateMachineName(name) === name;
  } catch {
    return false;
  }
}
