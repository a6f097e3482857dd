import path from 'node:path';
import { B2dError } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';

/** What the guest itself lives in: a folder mounted there, or below, would take its place. docs/guest-start.md */
const OWN_TREES = [
  '/bin', '/dev', '/etc', '/init', '/lib', '/lib64', '/mnt/data', '/proc', '/run', '/sbin', '/sys', '/usr/bin', '/usr/lib', '/usr/libexec', '/usr/sbin', '/var/lib', '/var/log', '/var/run',
];
/** Folders of the guest that may have a share in them, but must not be one. */
const OWN_FOLDERS = ['/home/docker', '/root', '/tmp'];

/** Whether the guest's `shares` file can hold it: absolute, as short as it can be written, and without control characters, since lines and tabs have a meaning there. */
export function isGuestPath(text: string): boolean {
  return text.startsWith('/') && path.posix.normalize(text) === text && (text === '/' || !text.endsWith('/')) && !/[\u0000-\u001f\u007f]/.test(text);
}

/**
 * Where a folder of the host is in the guest unless told: at the same path, with a drive's letter as a folder (`C:\Users\x` is `/c/Users/x`, as in Git Bash), so that
 * `docker run -v "$PWD:/w"` finds it.
 * @throws B2dError (usage) for a network folder, which has no letter.
 */
export function defaultGuestPath(platform: Platform, hostPath: string): string {
  if (platform.os !== 'win32') return hostPath;
  const [, letter, rest] = /^([a-z]):[\\/](.*)$/is.exec(hostPath) ?? [];
  if (letter === undefined || rest === undefined) throw new B2dError(`${hostPath} has no drive letter to name it by in the machine.`, { exit: 'usage', remedy: `Say where it should be: b2d share add "${hostPath}" --at /c/project` });
  return `/${letter.toLowerCase()}/${rest.replaceAll('\\', '/')}`.replace(/\/$/, '');
}

/** The folder of the host that `defaultGuestPath` has at this path of the guest; undefined where none can be. */
export function hostFolderFor(platform: Platform, guestPath: string): string | undefined {
  if (platform.os !== 'win32') return guestPath;
  const [, letter, rest = ''] = /^\/([a-z])(?:\/(.*))?$/s.exec(guestPath) ?? [];
  return letter === undefined ? undefined : `${letter.toUpperCase()}:\\${rest.replaceAll('/', '\\')}`;
}

/** Whether a share may be at this path of the guest: it is none of the guest's own. */
export function isPlaceForShares(guestPath: string): boolean {
  return isGuestPath(guestPath) && !isOwn(guestPath);
}

/** A path of the guest that can be a share's place, in its shortest form. @throws B2dError (usage) for one that cannot, saying why. */
export function requireGuestPath(text: string): string {
  const normal = path.posix.normalize(text).replace(/(?<=.)\/$/, '');
  const broken =
    !text.startsWith('/') ? 'it is not an absolute path of Linux'
    : !isGuestPath(normal) ? 'it has control characters'
    : isOwn(normal) ? 'the machine keeps its own files there'
    : undefined;
  if (broken === undefined) return normal;
  throw new B2dError(`A folder cannot be at ${JSON.stringify(text)} in the machine: ${broken}.`, { exit: 'usage', remedy: 'Choose another place, for example: --at /project' });
}

function isOwn(guestPath: string): boolean {
  return OWN_TREES.some((own) => isWithin(own, guestPath) || isWithin(guestPath, own)) || OWN_FOLDERS.some((own) => isWithin(guestPath, own));
}

function isWithin(folder: string, inner: string): boolean {
  return inner === folder || inner.startsWith(folder === '/' ? '/' : `${folder}/`);
}
