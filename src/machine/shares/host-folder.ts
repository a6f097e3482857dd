import fs from 'node:fs/promises';
import { B2dError, codeOf, messageOf } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';

/** A folder of the host without symbolic links, and as the user named it. */
export interface HostFolder {
  real: string;
  named: string;
}

/** Finds the folder that the user named. A relative name starts at the shell's idea of the current folder, which may lead through a symbolic link. @throws B2dError (usage) where there is none. */
export async function findHostFolder(platform: Platform, cwd: string, name: string): Promise<HostFolder> {
  const named = platform.path.resolve(await shellFolder(platform, cwd), name);
  try {
    const real = await fs.realpath(named);
    if (!(await fs.stat(real)).isDirectory()) throw new B2dError(`${named} is a file.`, { exit: 'usage', reason: 'Only folders can be shared.', remedy: `b2d share add "${platform.path.dirname(named)}"` });
    return { real, named };
  } catch (error) {
    if (error instanceof B2dError) throw error;
    throw new B2dError(`${named} cannot be shared.`, { exit: 'usage', reason: codeOf(error) === 'ENOENT' ? 'There is no such folder.' : messageOf(error), remedy: 'b2d share add PATH', cause: error });
  }
}

/** Node tells the current folder without symbolic links; POSIX shells keep the way the user took in PWD. */
async function shellFolder({ os, env }: Platform, cwd: string): Promise<string> {
  const { PWD } = env;
  return os !== 'win32' && PWD && (await fs.realpath(PWD).catch(() => undefined)) === cwd ? PWD : cwd;
}

/**
 * Refuses what must not be shared without thinking: a container that has it could read b2d's keys, or everything.
 * @param home B2D_HOME
 * @param force for a drive's root, and for a folder that B2D_HOME is in (the guest then hides that); never for B2D_HOME itself.
 * @throws B2dError (usage)
 */
export async function refuseUnsafe(platform: Platform, home: string, folder: string, force: boolean): Promise<void> {
  const keys = await realHome(home);
  if (isInFolder(platform, keys, folder)) {
    throw new B2dError(`${folder} cannot be shared: it is in B2D_HOME.`, { exit: 'usage', reason: 'b2d keeps the keys of its machines there.', remedy: 'Keep your files in another folder.' });
  }
  if (force) return;
  const isRoot = platform.path.parse(folder).root === folder;
  if (!isRoot && !isInFolder(platform, folder, keys)) return;
  throw new B2dError(`${folder} is not shared without --force.`, {
    exit: 'usage',
    reason: isRoot ? 'It is a whole drive: any container that mounts it can read and change everything you can.' : `B2D_HOME (${home}) is in it, with the keys of your machines, and probably your other secrets are too.`,
    remedy: ['Share the folder you work in: b2d share add PATH', `If you are sure: b2d share add "${folder}" --force`],
  });
}

/** Where B2D_HOME is below a shared folder, with `/`; undefined where it is elsewhere. */
export async function homeBelow(platform: Platform, home: string, folder: string): Promise<string | undefined> {
  const keys = await realHome(home);
  return isInFolder(platform, folder, keys) ? platform.path.relative(folder, keys).replaceAll(platform.path.sep, '/') : undefined;
}

/** Whether a folder is another or somewhere in it; both without symbolic links. */
export function isInFolder({ path, os }: Pick<Platform, 'path' | 'os'>, folder: string, inner: string): boolean {
  const plain = (text: string): string => (os === 'linux' ? text : text.toLowerCase()); // file systems of Windows and macOS take letters of either case
  const way = path.relative(plain(folder), plain(inner));
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

async function realHome(home: string): Promise<string> {
  return fs.realpath(home).catch(() => home); // nothing was made yet
}
