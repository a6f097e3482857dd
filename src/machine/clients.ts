import { B2dError, messageOf } from '../errors.ts';
import { dropAutostart } from './autostart.ts';
import { dropContext, refreshContext } from './docker-context.ts';
import { machineFlag } from './errors.ts';
import type { Machine } from './machine.ts';
import { clientName } from './name.ts';
import { refreshSshConfig } from './ssh-config.ts';
import type { Workspace } from './workspace.ts';

/**
 * Lets the other programs of this computer know where the machine is: docker by its context, ssh by its configuration where that is installed.
 * A machine that is up stays up when this fails: it only says so.
 */
export async function connectClients(workspace: Workspace, machine: Machine): Promise<void> {
  const { platform, progress, dockerContext } = workspace;
  const { name } = machine.record;
  const context = clientName(name);
  await attempt(workspace, `The docker context "${context}" could not be written.`, async () => {
    if (dockerContext && (await refreshContext(platform, machine))) progress.note(`Made the docker context "${context}". To use it in every shell:  b2d context use${machineFlag(name)}`);
  });
  await attempt(workspace, 'The ssh configuration could not be brought up to date.', () => refreshSshConfig(workspace));
}

/** Takes back what `connectClients` and `b2d autostart on` did, as far as it is still b2d's. */
export async function disconnectClients(workspace: Workspace, { record }: Machine): Promise<void> {
  const context = clientName(record.name);
  await attempt(workspace, `The docker context "${context}" could not be removed; by hand: docker context rm --force ${context}`, async () => {
    const { wasCurrent } = await dropContext(workspace.platform, record.name, record.uuid);
    if (wasCurrent) workspace.progress.note(`docker used the context "${context}"; it now uses its default one.`);
  });
  await attempt(workspace, 'The ssh configuration could not be brought up to date.', () => refreshSshConfig(workspace, record.name));
  await attempt(workspace, `What starts the machine at login could not be removed; try again:  b2d autostart off${machineFlag(record.name)}`, () => dropAutostart(workspace, record.name));
}

async function attempt({ progress }: Workspace, consequence: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message, reason, remedy } = error instanceof B2dError ? error : { message: messageOf(error), reason: undefined, remedy: [] };
    progress.note([consequence, [message, reason].filter(Boolean).join(' '), ...remedy].join('\n  '));
  }
}
