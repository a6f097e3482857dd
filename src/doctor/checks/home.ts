import fs from 'node:fs/promises';
import { quotePowerShell, quoteSh } from '../../env/quote.ts';
import { codeOf } from '../../errors.ts';
import type { Platform } from '../../platform/platform.ts';
import { fail, ok, skipped, warn, type Check, type Finding } from '../check.ts';
import { powershell } from '../../platform/powershell.ts';

/** Whether B2D_HOME can be written, and by this user alone: it holds private keys. */
export const homeCheck: Check = {
  id: 'home',
  title: 'B2D_HOME',
  async run({ platform, home }) {
    if (home === undefined) return [skipped('It cannot be used, so nothing below it was looked at.')];
    const problem = await fs.stat(home).then((stat) => (stat.isDirectory() ? undefined : 'ENOTDIR'), (error: unknown) => codeOf(error) ?? 'EIO');
    if (problem === 'ENOENT') return [ok(`${home} is not there yet; the first "b2d up" makes it.`)];
    if (problem !== undefined) return [fail(`${home} is not a folder that can be used (${problem}).`, { remedy: ['Move away what is in its place, or set B2D_HOME to another folder.'] })];
    const refusal = await fs.access(home, fs.constants.R_OK | fs.constants.W_OK).then(() => undefined, (error: unknown) => codeOf(error) ?? 'EIO');
    if (refusal !== undefined) return [fail(`${home} cannot be written (${refusal}).`, { remedy: ['Give yourself the right to write there, or set B2D_HOME to another folder.'] })];
    return [platform.os === 'win32' ? await windowsRights(platform, home) : await unixRights(home)];
  },
};

async function unixRights(home: string): Promise<Finding> {
  const mode = (await fs.stat(home)).mode & 0o777;
  if ((mode & 0o077) === 0) return ok(`${home} is yours alone.`);
  return warn(`Other users of this computer can look into ${home}: its mode is 0${mode.toString(8)}.`, { remedy: [`chmod 700 ${quoteSh(home)}`] });
}

/** Groups of everybody or of all users, by their abbreviations in SDDL: https://learn.microsoft.com/windows/win32/secauthz/sid-strings */
const WIDE_GROUPS: Record<string, string> = { WD: 'Everyone', AU: 'Authenticated Users', BU: 'Users', BG: 'Guests', AN: 'Anonymous' };

async function windowsRights(platform: Platform, home: string): Promise<Finding> {
  const sddl = await powershell(platform, `(Get-Acl -LiteralPath (${quotePowerShell(home)})).Sddl`);
  const allowed = [...sddl.matchAll(/\(A;[^;]*;[^;]*;[^;]*;[^;]*;(\w+)\)/g)].flatMap(([, group]) => WIDE_GROUPS[group ?? ''] ?? []);
  if (allowed.length === 0) return ok(`${home} is yours alone.`);
  return warn(`Other users of this computer can look into ${home}: its access list names ${[...new Set(allowed)].join(', ')}.`, {
    remedy: [`icacls ${quotePowerShell(home)} /inheritance:r /grant:r "$($env:USERNAME):(OI)(CI)F"`],
  });
}
