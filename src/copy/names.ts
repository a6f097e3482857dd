import type { Platform } from '../platform/platform.ts';

/** Device names that Windows keeps for itself, with any ending: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** Why a file of this computer cannot have that name, as a sentence. Windows would take some of them for another file, a stream or a path. */
export function refuseHostName({ os }: Pick<Platform, 'os'>, name: string): string | undefined {
  if (name.includes('\0')) return 'It has a NUL character.';
  if (os !== 'win32') return undefined;
  const [special] = /[<>:"/\\|?*\u0001-\u001f]/.exec(name) ?? [];
  if (special !== undefined) return `Windows takes no ${special < ' ' ? 'control character' : `"${special}"`} in a name.`;
  if (/[. ]$/.test(name)) return 'Windows drops a point or blank at the end of a name.';
  return WINDOWS_DEVICE.test(name) ? 'Windows keeps that name for a device.' : undefined;
}

/** Names that are one to the usual file systems of Windows and macOS, which look neither at case nor at how an accent is composed. */
export function sameHostName({ os }: Pick<Platform, 'os'>, name: string): string {
  return os === 'linux' ? name : name.normalize('NFC').toLowerCase();
}

/** Whether a name can stand for an entry of a folder at all. A server that lists another is broken or hostile: it would lead out of the folder. */
export function isEntryName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/');
}

/**
 * Whether a link leads to something inside the folder that is copied, from wherever that is put. `..` counts only at the beginning, where it leaves real
 * folders: behind a name that may be a link it could lead anywhere.
 * @param depth how many folders the link itself is below that folder
 */
export function staysInside(target: string, depth: number): boolean {
  if (target === '' || target.startsWith('/') || /^[a-z]:|\\/i.test(target)) return false;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const up = parts.findIndex((part) => part !== '..');
  const leading = up < 0 ? parts.length : up;
  return leading <= depth && !parts.slice(leading).includes('..');
}
