import fs from 'node:fs/promises';
import { B2dError, codeOf } from '../errors.ts';
import { makePrivateDirectory, replaceContent, storageError } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { includeArgument } from './config-block.ts';

/** The first of the two lines that b2d puts into the user's configuration; where it made the file, the other word says so. */
const comment = (verb: 'Added' | 'Made'): string => `# ${verb} by "b2d ssh-config --install"; "b2d ssh-config --remove" takes both lines away.`;

const block = (verb: 'Added' | 'Made', include: string, eol: string): string => `${comment(verb)}${eol}${include}${eol}`;

const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf'; // of UTF-8, as Latin-1

/** The user's own ssh configuration. */
export function userConfigFile({ path, homeDir }: Platform): string {
  return path.join(homeDir, '.ssh', 'config');
}

/**
 * Lets the user's ssh configuration include a file, at the top, where no `Host` line limits it. Bytes, line ends and rights stay as they are.
 * @returns false where it is included already
 * @throws B2dError (stateUnreadable) for a file in UTF-16; (storage)
 */
export async function addInclude(platform: Platform, included: string): Promise<boolean> {
  const file = userConfigFile(platform);
  const text = await readBytes(file);
  const include = latin1(`Include ${includeArgument(platform, included)}`);
  if (text?.split(/\r?\n/).includes(include)) return false;
  const mark = text?.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  const eol = /^[^\n]*\r\n/.test(text ?? '') ? '\r\n' : '\n';
  await makePrivateDirectory(platform, platform.path.dirname(file));
  await replaceContent(file, Buffer.from(`${mark}${block(text === undefined ? 'Made' : 'Added', include, eol)}${(text ?? '').slice(mark.length)}`, 'latin1'), 0o600);
  return true;
}

/**
 * Takes the lines of `addInclude` away again; the file is then what it was, or gone where b2d made it.
 * @returns `by hand` where the file is included by a line that b2d did not write
 * @throws B2dError as `addInclude`
 */
export async function removeInclude(platform: Platform, included: string): Promise<'removed' | 'absent' | 'by hand'> {
  const file = userConfigFile(platform);
  const text = await readBytes(file);
  const include = latin1(`Include ${includeArgument(platform, included)}`);
  if (!text?.split(/\r?\n/).includes(include)) return 'absent';
  const blocks = (['Added', 'Made'] as const).flatMap((verb) => ['\n', '\r\n'].map((eol) => block(verb, include, eol)));
  const present = blocks.find((lines) => text.includes(lines));
  if (present === undefined) return 'by hand';
  const rest = text.replace(present, () => '');
  if (rest === '' && present.startsWith(comment('Made'))) await fs.rm(file).catch((error: unknown) => { throw storageError('remove', file, error); });
  else await replaceContent(file, Buffer.from(rest, 'latin1'), 0o600);
  return 'removed';
}

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The file with a character for each byte, so that what is kept is kept whatever its encoding; undefined where there is none. */
async function readBytes(file: string): Promise<string | undefined> {
  const bytes = await fs.readFile(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw storageError('read', file, error);
  });
  if (bytes?.includes(0)) throw new B2dError(`${file} is not a text that ssh could read.`, { exit: 'stateUnreadable', reason: 'It is in UTF-16, or damaged.', remedy: 'Save it again as UTF-8.' });
  return bytes?.toString('latin1');
}
