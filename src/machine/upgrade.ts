import { B2dError } from '../errors.ts';
import { cannotRead } from '../image/data-format.ts';
import type { StoredImage } from '../image/store.ts';
import { down } from './down.ts';
import { machineFlag } from './errors.ts';
import { adoptImage, ensureImage, nameOf } from './image.ts';
import type { Machine } from './machine.ts';
import { writeRecord, type MachineImage, type MachineRecord } from './record.ts';
import { shutDown } from './restart.ts';
import { up } from './up.ts';
import { settledState } from './wait-for-state.ts';
import type { RequestedSettings, Workspace } from './workspace.ts';

export interface UpgradeResult {
  /** False where the machine has that image already. */
  changed: boolean;
  from: MachineImage;
  to: MachineImage;
  /** Whether the machine runs now: as it did before. */
  running: boolean;
}

export interface UpgradeOptions {
  /** Asked before a machine that runs or is suspended is shut down. */
  confirm(question: string): Promise<boolean>;
  /** What `up` is given; settings that it may change are not among them. */
  settings: Pick<RequestedSettings, 'forNew'>;
}

/**
 * Gives a machine another image. The new one is on trial until its engine is ready; when it does not get ready, the machine goes back to the old one. A machine
 * that is off is started for the trial and shut down again; one that was never started has its trial at its first start. Cut off anywhere, the machine has the
 * one image or the other, and the next `up` goes on with the trial. The caller holds the machine's lock.
 * @param target is in the store already
 * @throws B2dError (unsupported) when the image cannot read the machine's data, (declined), (notReady) when the new image failed and the old one is back
 */
export async function upgrade(workspace: Workspace, machine: Machine, target: { image: StoredImage; source: string }, options: UpgradeOptions): Promise<UpgradeResult> {
  const { trial, previousImage, image } = machine.record;
  const proven = trial && previousImage ? previousImage : image;
  const to: MachineImage = { sha256: target.image.sha256, version: target.image.version, source: target.source };
  if (to.sha256 === image.sha256 && !trial) return { changed: false, from: image, to: image, running: (await settledState(machine)) === 'running' };
  refuseUnreadable(machine.record, target.image);
  return replace(workspace, machine, { from: proven, to, trial: to.sha256 !== proven.sha256 }, options);
}

/**
 * Goes back to the image that the machine had before; that one was ready once, so it is not on trial. A later call goes forward again.
 * @throws B2dError (usage) where there is none, (unsupported) when it cannot read what the newer one wrote, (declined)
 */
export async function rollBack(workspace: Workspace, machine: Machine, options: UpgradeOptions): Promise<UpgradeResult> {
  const { name, image: from, previousImage: to } = machine.record;
  if (to === undefined) {
    throw new B2dError(`Machine "${name}" has no earlier image to go back to.`, { exit: 'usage', reason: 'It has had the one it has since it was made, or went back already.', remedy: `To give it a certain image: b2d restart${machineFlag(name)} --iso PATH-OR-URL` });
  }
  refuseUnreadable(machine.record, await ensureImage(workspace, name, to));
  return replace(workspace, machine, { from, to, trial: false }, options);
}

async function replace(workspace: Workspace, machine: Machine, { from, to, trial }: { from: MachineImage; to: MachineImage; trial: boolean }, { confirm, settings }: UpgradeOptions): Promise<UpgradeResult> {
  const { name } = machine.record;
  const state = await settledState(machine);
  const wasOn = state === 'running' || state === 'paused' || state === 'saved';
  if (wasOn && !(await confirm(`Machine "${name}" is ${state}. Its containers are stopped while it gets image ${nameOf(to)}. Go on?`))) {
    throw new B2dError(`Machine "${name}" was not changed.`, { exit: 'declined', remedy: `To do it without a question: b2d upgrade${machineFlag(name)} --yes` });
  }
  await shutDown(workspace, machine, state);
  const { trial: _, previousImage: __, ...record }: MachineRecord = machine.record;
  const changed: MachineRecord = { ...record, image: to, previousImage: from, ...(trial && { trial }) };
  if (!(await adoptImage(workspace, to.sha256, () => writeRecord(machine.paths.record, changed)))) throw imageRemoved(name);
  if (!wasOn && !(trial && record.dataDiskMade)) return { changed: true, from, to, running: false };
  const { machine: started, goneBack } = await up(workspace, name, { ...settings, explicit: {} });
  if (!wasOn) await down(workspace, started);
  if (goneBack !== undefined) throw wentBack(name, goneBack.from, goneBack.to, goneBack.error, wasOn);
  return { changed: true, from, to, running: wasOn };
}

/** What is on the data disk is only known of machines that were up with an image that says so; the images before that all had the first format. */
function refuseUnreadable({ name, data }: MachineRecord, image: StoredImage): void {
  const reason = data && cannotRead(image.data, data);
  if (reason === undefined) return;
  throw new B2dError(`Image ${nameOf(image)} cannot go on with the data of "${name}".`, {
    exit: 'unsupported', reason, remedy: ['Nothing was changed. Use a newer image: b2d upgrade --check', 'Or a new machine for that image: b2d init --machine NAME --iso PATH-OR-URL'],
  });
}

function wentBack(name: string, from: MachineImage, to: MachineImage, error: B2dError, runs: boolean): B2dError {
  return new B2dError(`Image ${nameOf(from)} did not get ready; machine "${name}" is back on ${nameOf(to)}${runs ? ' and runs' : ''}.`, {
    exit: 'notReady', reason: error.reason, details: error.details, remedy: 'Nothing is lost. Tell who made the image, with the lines above; a later one may do: b2d upgrade --check', cause: error,
  });
}

function imageRemoved(name: string): B2dError {
  return new B2dError('The image was removed from the store meanwhile, by another b2d.', { exit: 'imageInvalid', remedy: `Run it again: b2d upgrade${machineFlag(name)}` });
}
