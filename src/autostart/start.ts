import fs from 'node:fs/promises';
import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { which } from '../platform/which.ts';

/** What is run at login, by absolute paths: nothing of a shell's environment is there then. */
export interface LoginStart {
  machine: string;
  /** B2D_HOME. */
  home: string;
  node: string;
  /** The built src/at-login.ts. */
  program: string;
  /** PATH, where the operating system gives a bare one; empty on Windows, which gives the user's own. */
  path: string;
  /** Where launchd sends what the program itself prints. */
  log: string;
}

/** What launchd and systemd give by themselves, and where Homebrew puts programs. */
const USUAL_PATH = {
  darwin: ['/opt/homebrew/bin', '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'],
  linux: ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
  win32: [],
};

/** The PATH at login: where this shell finds the hypervisors, then the usual folders. Not all of this shell's, which may hold what is there for a while only. */
export function loginPath(platform: Platform): string {
  if (platform.os === 'win32') return '';
  const hypervisors = ['VBoxManage', 'qemu-system-x86_64', 'qemu-img'].flatMap((program) => which(platform, program) ?? []);
  return [...new Set([...hypervisors.map((file) => platform.path.dirname(file)), ...USUAL_PATH[platform.os]])].join(platform.path.delimiter);
}

/** Node by a name that outlasts its updates: Homebrew keeps each version in a folder of its own and links `opt/node` to the one in use (https://docs.brew.sh/Formula-Cookbook, `opt_prefix`). */
export async function lastingNode(node: string): Promise<string> {
  const lasting = node.replace(/\/Cellar\/([^/]+)\/[^/]+\/bin\/node$/, '/opt/$1/bin/node');
  return lasting !== node && (await fs.realpath(lasting).catch(() => undefined)) === node ? lasting : node;
}

/** The `b2d` of the same installation. */
export function commandOf({ path }: Platform, { program }: LoginStart): string {
  return path.join(path.dirname(path.dirname(program)), 'bin', 'b2d.js');
}

/** @throws B2dError (usage) for what no file of the three systems carries through */
export function requirePlain(start: LoginStart): void {
  const odd = Object.values(start).find((text) => /[\u0000-\u001f\u007f]/.test(text));
  if (odd === undefined) return;
  throw new B2dError(`${JSON.stringify(odd)} cannot be run at login.`, { exit: 'usage', reason: 'The path has a line end or another control character.', remedy: 'Move B2D_HOME, or b2d, to a folder with a plain name.' });
}
