import { quoteSh } from '../../env/quote.ts';
import type { Machine } from '../machine.ts';
import type { ShareRecord } from '../record.ts';
import { runAsRoot } from '../ssh.ts';
import type { Workspace } from '../workspace.ts';
import { homeBelow } from './host-folder.ts';
import { shareTag } from './share.ts';

/** The tag of a line that mounts an empty folder: docs/guest-start.md */
const HIDDEN = 'hide';

/** The config drive's `shares`: tag, mount point and options. B2D_HOME, where it is in a share, is hidden from the guest's containers. */
export async function sharesFile(workspace: Pick<Workspace, 'platform' | 'home'>, shares: readonly ShareRecord[]): Promise<string> {
  const lines: string[] = [];
  for (const share of shares) lines.push(...(await linesOf(workspace, share)).map((words) => `${words.join('\t')}\n`));
  return lines.join('');
}

async function linesOf({ platform, home }: Pick<Workspace, 'platform' | 'home'>, share: ShareRecord): Promise<string[][]> {
  const keys = await homeBelow(platform, home, share.hostPath);
  const options = [...(share.readOnly ? ['ro'] : []), ...(share.owner ? [`uid=${share.owner.uid}`, `gid=${share.owner.gid}`] : [])]; // fs/vboxsf/super.c takes the last of several; the guest names its own before
  return [[shareTag(share), share.guestPath, options.join(',')], ...(keys === undefined ? [] : [[HIDDEN, `${share.guestPath}/${keys}`, '']])];
}

/** Mounts a share in the running guest, by the guest's own script; whether it worked, `mountedShares` tells. */
export async function mountInGuest(workspace: Workspace, machine: Machine, share: ShareRecord): Promise<void> {
  const calls = (await linesOf(workspace, share)).map((words) => `mount_share ${words.map(quoteSh).join(' ')}`);
  await runAsRoot(workspace, machine, ['. /etc/b2d/lib.sh', '. /etc/b2d/shares.sh', ...calls].join('; '));
}

/** Unmounts a share in the running guest. @throws B2dError with the guest's words, when something there uses it for example */
export async function unmountInGuest(workspace: Workspace, machine: Machine, share: ShareRecord): Promise<void> {
  const { guestPath } = share;
  const own = (await mounts(workspace, machine)).filter(({ tag, point }) => (tag === shareTag(share) && point === guestPath) || (tag === HIDDEN && point.startsWith(`${guestPath}/`)));
  if (own.length > 0) await runAsRoot(workspace, machine, own.reverse().map(({ point }) => `umount ${quoteSh(point)}`).join(' && '));
}

/** The tags of what the running guest has mounted where it should be. */
export async function mountedShares(workspace: Workspace, machine: Machine, shares: readonly ShareRecord[]): Promise<Set<string>> {
  const present = await mounts(workspace, machine);
  const isMounted = (share: ShareRecord): boolean => present.some(({ tag, point, readOnly }) => tag === shareTag(share) && point === share.guestPath && readOnly === share.readOnly);
  return new Set(shares.filter(isMounted).map(shareTag));
}

interface Mount {
  tag: string;
  point: string;
  readOnly: boolean;
}

async function mounts(workspace: Workspace, machine: Machine): Promise<Mount[]> {
  return parseMounts(await runAsRoot(workspace, machine, 'cat /proc/mounts'));
}

/** /proc/mounts, oldest first; blanks, tabs, line ends and backslashes in it are octal: https://man7.org/linux/man-pages/man5/fstab.5.html */
export function parseMounts(text: string): Mount[] {
  const plain = (word = ''): string => word.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const [tag, point, , options = ''] = line.split(' ');
    return { tag: plain(tag), point: plain(point), readOnly: options.split(',').includes('ro') };
  });
}
