import { copy, type CopyResult } from '../copy/copy.ts';
import { guestFiles } from '../copy/guest-files.ts';
import { hostFiles } from '../copy/host-files.ts';
import { Meter } from '../image/download/meter.ts';
import { describeTransfer } from '../output/transfer.ts';
import { formatBytes } from '../output/units.ts';
import { openSftp } from '../ssh/sftp.ts';
import type { Machine } from './machine.ts';
import { withConnection } from './ssh.ts';
import type { Workspace } from './workspace.ts';

export interface CopyFilesRequest {
  direction: 'to machine' | 'from machine';
  /** Who logs in: `docker` or `root`. */
  user: string;
  sources: readonly string[];
  destination: string;
  signal: AbortSignal;
}

/** Copies files and folders between this computer and a machine that runs, over SFTP. @throws B2dError as `copy` and `withConnection` */
export function copyFiles(workspace: Workspace, machine: Machine, { direction, user, sources, destination, signal }: CopyFilesRequest): Promise<CopyResult> {
  const { platform, cwd, progress } = workspace;
  return withConnection(workspace, machine, { user }, async (connection) => {
    const [host, guest] = [hostFiles(platform, cwd), guestFiles(await openSftp(connection), connection)];
    const [from, to] = direction === 'to machine' ? [host, guest] : [guest, host];
    return progress.step('Copying', (step) => {
      let path = '';
      const meter = new Meter((transfer) => step.update(`${path}: ${describeTransfer(transfer)}`, transfer.total && transfer.received / transfer.total), Date.now);
      const onProgress = (done: number, total: number, at: string): void => {
        path = at;
        meter.update(done, Math.max(done, total)); // a file may have grown
      };
      return copy({ from, to, sources, destination, signal, onProgress });
    }, ({ files, bytes }) => `Copied ${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`);
  });
}
