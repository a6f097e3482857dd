import fs from 'node:fs/promises';
import { codeOf, messageOf } from '../../errors.ts';
import { tailLines } from '../../platform/files.ts';
import { machineFlag } from '../errors.ts';
import type { Machine } from '../machine.ts';
import type { ShareRecord } from '../record.ts';
import type { Workspace } from '../workspace.ts';
import { mountedShares } from './guest.ts';
import { refuseUnsafe } from './host-folder.ts';
import { driverShare, shareTag } from './share.ts';

/** The guest writes a line for each share, and little else before its engine runs. */
const CONSOLE_LINES = 200;

/**
 * The machine's shares whose folders are there, told to its driver. One that is gone, or leads elsewhere now, is told of and left out: the machine
 * starts without it.
 */
export async function offerShares(workspace: Workspace, machine: Machine): Promise<void> {
  const offered: ShareRecord[] = [];
  for (const share of machine.record.shares ?? []) {
    const problem = await shareProblem(workspace, share);
    if (problem === undefined) offered.push(share);
    else workspace.progress.note(`${share.hostPath} is not shared this time: ${problem} Put it right and run:  b2d restart${flagOf(machine)}   Or take it away:  b2d share rm "${share.guestPath}"${flagOf(machine)}`);
  }
  machine.spec.shares = offered.map(driverShare);
}

/** The shares that the driver was told of. */
export function offeredShares({ record, spec }: Machine): ShareRecord[] {
  return (record.shares ?? []).filter((share) => spec.shares?.some(({ tag }) => tag === shareTag(share)));
}

/** Why a share's folder cannot be offered, as a sentence; undefined where it can. */
export async function shareProblem({ platform, home }: Pick<Workspace, 'platform' | 'home'>, { hostPath }: ShareRecord): Promise<string | undefined> {
  try {
    const real = await fs.realpath(hostPath);
    if (!(await fs.stat(real)).isDirectory()) return 'it is a file now.';
    const same = platform.os === 'linux' ? real === hostPath : real.toLowerCase() === hostPath.toLowerCase();
    if (!same) return `it leads to ${real} now.`;
    await refuseUnsafe(platform, home, real, true);
    return undefined;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'the folder is gone.' : messageOf(error);
  }
}

/** Tells of shares of the running machine that its guest has not mounted, with the guest's own reason. A machine without shares is not asked. */
export async function checkShares(workspace: Workspace, machine: Machine): Promise<void> {
  const offered = offeredShares(machine);
  if (offered.length === 0) return;
  const { note } = workspace.progress;
  try {
    const mounted = await workspace.progress.step('Shared folders', () => mountedShares(workspace, machine, offered));
    for (const share of offered.filter((each) => !mounted.has(shareTag(each)))) note(`${share.hostPath} is not mounted in the machine${await guestReason(machine, share)}. Try:  b2d restart${flagOf(machine)}`);
  } catch (error) {
    note(`Whether shared folders are mounted could not be found out (${messageOf(error)}).`);
  }
}

async function guestReason(machine: Machine, share: ShareRecord): Promise<string> {
  const line = (await tailLines(machine.paths.console, CONSOLE_LINES)).findLast((each) => each.includes('error:') && each.includes(shareTag(share)));
  return line === undefined ? '' : `: ${line.replace(/^.*error: /, '').replace(/[.?]$/, '')}`;
}

function flagOf(machine: Machine): string {
  return machineFlag(machine.record.name);
}
