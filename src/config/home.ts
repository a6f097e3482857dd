import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';

/** Where b2d keeps everything unless B2D_HOME says otherwise. */
export function usualHome({ path, homeDir }: Pick<Platform, 'path' | 'homeDir'>): string {
  return path.join(homeDir, '.b2d');
}

/**
 * The folder of everything b2d keeps: B2D_HOME, else `.b2d` in the user's home folder (`%USERPROFILE%\.b2d` on Windows).
 * @throws B2dError (usage) for a relative B2D_HOME: each folder it was called from would have machines of its own.
 */
export function b2dHome(platform: Platform): string {
  const { path, env, homeDir } = platform;
  const wanted = env['B2D_HOME'];
  if (!wanted) return usualHome(platform);
  const folder = expandTilde(platform, wanted);
  // On Windows `\b2d` counts as absolute but means another folder on each drive.
  if (path.isAbsolute(folder) && (platform.os !== 'win32' || path.parse(folder).root.length > 1)) return path.resolve(folder);
  throw new B2dError(`B2D_HOME is "${wanted}", which is not an absolute path.`, {
    exit: 'usage',
    reason: 'It would mean another folder wherever b2d is called.',
    remedy: `Set it to a full path, for example ${path.join(homeDir, 'b2d')}, or unset it.`,
  });
}

/** Replaces a leading `~/` (or `~\` on Windows) by the home folder: no shell does that within a variable or a settings file. */
export function expandTilde(platform: Platform, file: string): string {
  const tilde = platform.os === 'win32' ? /^~(?=[\\/]|$)/ : /^~(?=\/|$)/;
  return tilde.test(file) ? platform.path.join(platform.homeDir, file.slice(1)) : file;
}
