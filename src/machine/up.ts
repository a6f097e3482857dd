import type { MachineState } from '../drivers/driver.ts';
import { SavedStateError } from '../drivers/errors.ts';
import { writeKnownHosts } from '../ssh/known-hosts.ts';
import { readLoginKeys } from '../ssh/login-keys.ts';
import { connectClients } from './clients.ts';
import { setClock } from './clock.ts';
import { ensureMachine } from './init.ts';
import { repairPorts } from './live-ports.ts';
import type { Machine } from './machine.ts';
import { ensureForwarder } from './port-forwarder.ts';
import { waitUntilReady } from './ready.ts';
import { checkShares } from './shares/offer.ts';
import { boot, resume } from './start.ts';
import { endFailedTrial, proveImage, type GoneBack } from './trial.ts';
import { settledState } from './wait-for-state.ts';
import type { RequestedSettings, Workspace } from './workspace.ts';

export interface UpOptions {
  /** Boot a suspended machine anew, without trying whether it can go on. */
  discardState?: boolean;
  /** Asked when a suspended machine cannot go on: whether to throw its saved state away and boot. Without it the answer is no. */
  mayDiscard?: (error: SavedStateError) => Promise<boolean>;
}

/** `ran` already, went on after a pause or suspend, or booted. */
export type Way = 'ran' | 'resumed' | 'booted';

export interface UpResult {
  machine: Machine;
  way: Way;
  /** Settings changed while it runs or is suspended: they take effect at the next boot. */
  pending: string[];
  /** An upgrade's image did not get ready: the machine runs with the one before. */
  goneBack?: GoneBack;
}

/**
 * Makes the machine where there is none, starts it, and returns when its engine answers over mutual TLS. When the image is on trial (an upgrade) and its
 * engine does not get ready, the machine goes back to the image before. Every step is idempotent: cut off anywhere, the next call goes on. The caller holds the machine's lock.
 * @throws B2dError naming the step that failed; SavedStateError when a suspended machine cannot go on, and stays suspended.
 */
export async function up(workspace: Workspace, name: string, settings: RequestedSettings, options: UpOptions = {}): Promise<UpResult> {
  try {
    return await upOnce(workspace, name, settings, options);
  } catch (error) {
    const goneBack = await endFailedTrial(workspace, name, error);
    if (goneBack === undefined) throw error;
    const { iso: _, ...explicit } = settings.explicit; // the image that failed may have been asked for by a variable
    return { ...(await upOnce(workspace, name, { ...settings, explicit }, options)), goneBack };
  }
}

async function upOnce(workspace: Workspace, name: string, settings: RequestedSettings, options: UpOptions): Promise<UpResult> {
  const { machine, created, changed } = await ensureMachine(workspace, name, settings);
  const way = await bringUp(workspace, machine, await settledState(machine), options);
  await pinHostKey(workspace, machine);
  await waitUntilReady(workspace, machine);
  await pinHostKey(workspace, machine); // its port may have changed meanwhile
  await proveImage(workspace, machine);
  await setClock(workspace, machine);
  await connectClients(workspace, machine);
  await checkShares(workspace, machine);
  await ensureForwarder(workspace, machine, { anew: way !== 'ran' });
  return { machine, way, pending: created || way === 'booted' ? [] : changed };
}

async function bringUp(workspace: Workspace, machine: Machine, state: MachineState, options: UpOptions): Promise<Way> {
  if (state === 'running') {
    await repairPorts(workspace, machine);
    return 'ran';
  }
  if (state === 'paused' || (state === 'saved' && !options.discardState)) {
    try {
      await resume(workspace, machine, state);
      return 'resumed';
    } catch (error) {
      if (!(error instanceof SavedStateError) || !(await options.mayDiscard?.(error))) throw error;
    }
  }
  if (state === 'saved') await machine.driver.discardSavedState(machine.spec);
  if (state === 'crashed') workspace.progress.note(`"${machine.record.name}" was not shut down properly; its file system repairs itself at start.`);
  await boot(workspace, machine);
  return 'booted';
}

/** The system's own ssh finds the pinned key by the port too. Key files that are gone are told by the commands that need them. */
async function pinHostKey({ platform }: Workspace, { record, paths }: Machine): Promise<void> {
  const keys = await readLoginKeys(platform, paths.directory).catch(() => undefined);
  if (keys === undefined || record.ports.ssh === undefined) return;
  await writeKnownHosts(platform, paths.directory, { machineName: record.name, hostPublicKey: keys.hostKey, port: record.ports.ssh });
}
