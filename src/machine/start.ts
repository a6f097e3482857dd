import { CannotGrowYetError, PortTakenError } from '../drivers/errors.ts';
import { B2dError } from '../errors.ts';
import { ensureSshKeys } from '../ssh/ensure.ts';
import { ensureTls } from '../tls/ensure.ts';
import { writeConfigDrive } from './config-drive.ts';
import { machineFlag } from './errors.ts';
import { guestFiles } from './guest-files.ts';
import { ensureImage } from './image.ts';
import { movePort, PORT_ATTEMPTS, portsOfOthers, repairPorts } from './live-ports.ts';
import type { Machine } from './machine.ts';
import { choosePorts, recordedRules, serviceRules, type Service } from './ports.ts';
import { writeRecord } from './record.ts';
import { offerShares } from './shares/offer.ts';
import type { Workspace } from './workspace.ts';

/** Boots a machine that is off, with everything it is given at a boot made complete and current first. */
export async function boot(workspace: Workspace, machine: Machine): Promise<void> {
  const { platform, progress, now } = workspace;
  const { directory } = machine.paths;
  await ensureImage(workspace, machine.record.name, machine.record.image);
  await progress.step('Keys and certificates', async () => {
    await ensureTls(platform, directory, { machineName: machine.record.name, now: now() });
    await ensureSshKeys(platform, directory, { machineName: machine.record.name });
  });
  await ensureDataDisk(workspace, machine);
  await offerShares(workspace, machine);
  await writeConfigDrive(platform, machine.paths.configDrive, await guestFiles(workspace, machine));
  machine.record.bootedImage = machine.record.image.sha256; // written before the start
  await progress.step('Virtual machine', () => startOnFreePorts(workspace, machine));
}

/**
 * Lets a paused or suspended machine go on; what it was given at its boot stays as it was. A suspended one has given its ports back and may need others.
 * @throws SavedStateError when it cannot go on; its saved state is kept.
 */
export async function resume(workspace: Workspace, machine: Machine, state: 'paused' | 'saved'): Promise<void> {
  await workspace.progress.step('Resuming', async () => {
    if (state === 'saved') await startOnFreePorts(workspace, machine);
    else await machine.driver.start(machine.spec, recordedRules(machine.record)).catch((error: unknown) => goOnWithoutPort(workspace, machine, error));
    await repairPorts(workspace, machine);
  });
}

/**
 * Makes the data disk, once. A disk that was made and is gone is an error, not a reason to make an empty one: it may be on
 * a drive that is not plugged in.
 */
async function ensureDataDisk(workspace: Workspace, machine: Machine): Promise<void> {
  const { record, driver, spec, paths } = machine;
  const present = await driver.dataDisk(spec);
  if (record.dataDiskMade && present === undefined) {
    throw new B2dError(`The data disk of "${record.name}" is gone from ${paths.directory}.`, {
      exit: 'storage',
      reason: 'It was made at an earlier start and holds the images, containers and volumes.',
      remedy: ['Put it back from where it was moved, then run: b2d up', `To give the data up: b2d delete${machineFlag(record.name)}`],
    });
  }
  await workspace.progress.step('Data disk', () => driver.create(spec));
  if (present !== undefined) await growAtStart(workspace, machine);
  if (record.dataDiskMade) return;
  record.dataDiskMade = true;
  await writeRecord(paths.record, record);
}

/** Does nothing where the size is the same. A disk that cannot grow yet is no reason not to start: it has the size it had. */
async function growAtStart({ progress }: Workspace, { driver, spec }: Machine): Promise<void> {
  await driver.resize(spec).catch((error: unknown) => {
    if (!(error instanceof CannotGrowYetError)) throw error;
    progress.note(`${error.message} It keeps its size for now.`);
  });
}

/**
 * Ports are proved free just before, but only the hypervisor's own bind decides; when another program was quicker, others
 * are tried. The ports are recorded before the start, so that a call cut off in between is found by the next.
 */
async function startOnFreePorts(workspace: Workspace, machine: Machine): Promise<void> {
  const { record, paths, driver, spec } = machine;
  const taken = await portsOfOthers(workspace, record.name);
  for (let attempt = 1; ; attempt++) {
    const ports = await choosePorts(record.ports, taken);
    record.ports = ports;
    await writeRecord(paths.record, record);
    try {
      return await driver.start(spec, serviceRules(ports));
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === PORT_ATTEMPTS) throw error;
      if ((await driver.state(spec)).state === 'running') return goOnWithoutPort(workspace, machine, error);
      taken.add(error.rule.hostPort);
    }
  }
}

/** A paused or suspended machine may have gone on although one of its host ports was taken: that service gets another. @throws any other error as it is */
async function goOnWithoutPort(workspace: Workspace, machine: Machine, error: unknown): Promise<void> {
  if (!(error instanceof PortTakenError)) throw error;
  await movePort(workspace, machine, error.rule.name as Service, [error.rule.hostPort]);
}
