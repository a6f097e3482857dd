import type { MachineState, NatRule } from '../drivers/driver.ts';
import { PortTakenError } from '../drivers/errors.ts';
import { B2dError } from '../errors.ts';
import { ensureSshKeys } from '../ssh/ensure.ts';
import { writeKnownHosts } from '../ssh/known-hosts.ts';
import { ensureTls } from '../tls/ensure.ts';
import { guestFiles } from './guest-files.ts';
import { writeConfigDrive } from './config-drive.ts';
import { waitUntilStopped } from './down.ts';
import { ensureImage, ensureMachine } from './init.ts';
import { machineFlag } from './errors.ts';
import type { Machine } from './machine.ts';
import { machinesDirectory, machinePaths } from './paths.ts';
import { choosePorts, serviceRules } from './ports.ts';
import { waitUntilReady } from './ready.ts';
import { listMachines, readRecord, writeRecord, type ServicePorts } from './record.ts';
import type { RequestedSettings, Workspace } from './workspace.ts';

export interface UpResult {
  machine: Machine;
  /** False where it was running already. */
  started: boolean;
  /** Settings changed while it runs: they take effect at the next start. */
  pending: string[];
}

/** How often another set of ports is tried when one is taken between choosing and starting. */
const PORT_ATTEMPTS = 5;

/**
 * Makes the machine where there is none, starts it, and returns when its engine answers over mutual TLS.
 * Every step is idempotent: cut off anywhere, the next call goes on. The caller holds the machine's lock.
 * @throws B2dError naming the step that failed.
 */
export async function up(workspace: Workspace, name: string, settings: RequestedSettings): Promise<UpResult> {
  const { machine, created, changed } = await ensureMachine(workspace, name, settings);
  const state = await settledState(workspace, machine);
  if (state === 'running' || state === 'starting') {
    await waitUntilReady(workspace, machine);
    return { machine, started: false, pending: created ? [] : changed };
  }
  if (state === 'paused' || state === 'saved') await resume(workspace, machine);
  else await start(workspace, machine);
  await waitUntilReady(workspace, machine);
  return { machine, started: true, pending: [] };
}

/** The state, after a shutdown under way has ended. */
async function settledState(workspace: Workspace, machine: Machine): Promise<MachineState> {
  const { state, detail } = await machine.driver.state(machine.spec);
  if (state === 'stopping') {
    await waitUntilStopped(machine);
    return 'stopped';
  }
  if (state === 'unknown') {
    throw new B2dError(`The hypervisor does not tell the state of "${machine.record.name}".`, {
      exit: 'hypervisorFailed',
      ...(detail && { reason: detail }),
      remedy: `If it does not recover: b2d kill${machineFlag(machine.record.name)} and then b2d up${machineFlag(machine.record.name)}`,
    });
  }
  if (state === 'crashed') workspace.progress.note(`"${machine.record.name}" was not shut down properly; its file system repairs itself at start.`);
  return state;
}

async function start(workspace: Workspace, machine: Machine): Promise<void> {
  const { platform, progress, now } = workspace;
  const { directory } = machine.paths;
  await ensureImage(workspace, machine.record);
  const { hostPublicKey } = await progress.step('Keys and certificates', async () => {
    await ensureTls(platform, directory, { machineName: machine.record.name, now: now() });
    return ensureSshKeys(platform, directory, { machineName: machine.record.name });
  });
  await ensureDataDisk(workspace, machine);
  await writeConfigDrive(platform, machine.paths.configDrive, await guestFiles(workspace, machine));
  await progress.step('Virtual machine', () => startOnFreePorts(workspace, machine));
  await writeKnownHosts(platform, directory, { machineName: machine.record.name, hostPublicKey, port: machine.record.ports.ssh as number });
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
  if (present !== undefined) await driver.resize(spec); // does nothing where the size is the same
  if (record.dataDiskMade) return;
  record.dataDiskMade = true;
  await writeRecord(paths.record, record);
}

async function resume(workspace: Workspace, machine: Machine): Promise<void> {
  await workspace.progress.step('Resuming', () => machine.driver.start(machine.spec, serviceRules(machine.record.ports as ServicePorts)));
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
    const rules: NatRule[] = serviceRules(ports);
    try {
      return await driver.start(spec, rules);
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === PORT_ATTEMPTS) throw error;
      taken.add(error.rule.hostPort);
    }
  }
}

/** The ports that other machines had at their last start: theirs to come back to. */
async function portsOfOthers(workspace: Workspace, name: string): Promise<Set<number>> {
  const { platform, home } = workspace;
  const taken = new Set<number>();
  for (const other of await listMachines(machinesDirectory(platform, home))) {
    if (other === name) continue;
    const record = await readRecord(machinePaths(platform, home, other).record).catch(() => undefined); // its own commands report it
    for (const port of Object.values(record?.ports ?? {})) taken.add(port);
  }
  return taken;
}
