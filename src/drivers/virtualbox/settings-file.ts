import fs from 'node:fs/promises';
import { readIfThere } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';

/** The .vbox of a machine, as it is on disk. */
export interface SettingsFile {
  file: string;
  /** The folder that VirtualBox made for the machine. */
  folder: string;
  /** Its whole text. */
  text: string;
  /** False: it was cut off or damaged. */
  complete: boolean;
}

/**
 * Finds the machine's .vbox below our own folder. VirtualBox names the file and its folder after the machine, and renames both when the user
 * renames the machine; what VBoxManage prints of paths is not to be trusted on Windows (letters beyond ASCII are lost).
 */
export async function findSettingsFile(platform: Platform, baseFolder: string, uuid: string): Promise<SettingsFile | undefined> {
  const found: SettingsFile[] = [];
  for (const folder of await machineFolders(platform, baseFolder)) {
    for (const name of (await fs.readdir(folder).catch(() => [])).filter((entry) => entry.endsWith('.vbox') && !isBackup(entry))) {
      const file = platform.path.join(folder, name);
      const text = (await readIfThere(file)) ?? '';
      const complete = text.trimEnd().endsWith('</VirtualBox>');
      if (!complete || text.toLowerCase().includes(`<machine uuid="{${uuid.toLowerCase()}}"`)) found.push({ file, folder, text, complete });
    }
  }
  return found.find(({ complete }) => complete) ?? found[0];
}

/** The folders in which VirtualBox may keep this machine: one, unless a start was cut off or the user renamed the machine. */
export async function machineFolders(platform: Platform, baseFolder: string): Promise<string[]> {
  const entries = await fs.readdir(baseFolder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => platform.path.join(baseFolder, entry.name)).sort();
}

/** What VirtualBox keeps of a .vbox of an older version: `one-1.19-linux.vbox`. */
export function isBackup(name: string): boolean {
  return /-\d+\.\d+-(?:linux|windows|macosx|solaris|freebsd)\.vbox$/.test(name);
}

/**
 * Whether two spellings name one file. On Windows VBoxManage prints in the ANSI code page: a letter that this lacks, or that is no UTF-8,
 * arrives as `?` or U+FFFD, so such places match anything beyond ASCII.
 */
export async function isSameFile(platform: Platform, one: string, other: string): Promise<boolean> {
  if (platform.path.normalize(one) === platform.path.normalize(other)) return true;
  if (platform.os === 'win32') return asciiOf(one) === asciiOf(other);
  const [real, otherReal] = await Promise.all([one, other].map((file) => fs.realpath(file).catch(() => undefined)));
  return real !== undefined && real === otherReal;
}

function asciiOf(file: string): string {
  return file.toLowerCase().replaceAll('/', '\\').replace(/[^\u0020-\u003e\u0040-\u007e]+/g, '?');
}
