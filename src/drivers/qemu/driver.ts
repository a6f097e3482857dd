import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { B2dError, messageOf } from '../../errors.ts';
import { exists, makePrivateDirectory } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Driver, MachineSpec, NatRule, Preflight, StateReport } from '../driver.ts';
import { UnsupportedError } from '../errors.ts';
import { restoreNeedsOff } from '../snapshot-errors.ts';
import { acceleratorName, chooseAccelerator } from './accelerator.ts';
import { readEndpoint, type Endpoint } from './connection.ts';
import { createDisk, growOffline, growOnline, growthTarget } from './disk.ts';
import { findQemu, installRemedy, requireQemu } from './find.ts';
import { qemuFiles, type QemuFiles } from './layout.ts';
import { addForward, readForwards, reconcileForwards, removeForward } from './ports.ts';
import { powerOff } from './power-off.ts';
import { withQmp, type QmpSession } from './qmp.ts';
import { queryState } from './query-state.ts';
import { parseSettings } from './settings.ts';
import { needsStart, requireShares } from './shares.ts';
import { deleteSnapshot, listSnapshots, restoreSnapshot, saveSnapshot, type LiveDisk } from './snapshots.ts';
import { startQemu, type StartContext } from './start.ts';
import { qemuVersion } from './version.ts';

export interface QemuDriverOptions {
  /** The `qemu.*` settings for `preflight`, which has no machine. */
  settings?: Readonly<Record<string, string>>;
  /** Told what the user should know though it is no error: why the machine runs without acceleration. */
  note?: (text: string) => void;
  /** How QEMU is controlled; by the operating system unless told (tests run Windows' way anywhere). */
  transport?: Endpoint['kind'];
}

const QMP_MS = 10_000;
/** How long another b2d's start, or a QEMU that just starts, is waited for. */
const OTHER_START_MS = 30_000;

/** The QEMU driver: one QEMU process for each machine, controlled over QMP. docs/drivers/qemu.md tells how. */
export function createQemuDriver(platform: Platform, options: QemuDriverOptions = {}): Driver {
  const context: StartContext = {
    platform,
    transport: options.transport ?? (platform.os === 'win32' ? 'tls' : 'unix'),
    note: options.note ?? (() => undefined),
  };
  const filesOf = (spec: MachineSpec): QemuFiles => qemuFiles(spec, platform.path);
  const state = (spec: MachineSpec): Promise<StateReport> => queryState(platform, spec);
  const img = (spec: MachineSpec): string => requireQemu(platform, parseSettings(spec.extra)).img;

  /** A short conversation with the machine's QEMU. @throws B2dError (machineNotRunning) */
  async function talk<T>(spec: MachineSpec, work: (session: QmpSession, files: QemuFiles) => Promise<T>): Promise<T> {
    const report = await state(spec);
    const endpoint = await readEndpoint(filesOf(spec).endpoint);
    if (endpoint === undefined || !['running', 'paused', 'starting', 'stopping'].includes(report.state)) {
      throw new B2dError(`The machine "${spec.name}" is not running.`, { exit: 'machineNotRunning', ...(report.detail && { reason: report.detail }), remedy: 'b2d up' });
    }
    try {
      return await withQmp(endpoint, QMP_MS, (session) => work(session, filesOf(spec)));
    } catch (error) {
      if (error instanceof B2dError) throw error;
      throw new B2dError(`QEMU did not do what was asked of "${spec.name}".`, { exit: 'hypervisorFailed', reason: messageOf(error), remedy: 'b2d status', cause: error });
    }
  }

  /** Finds out what a start has to do, waiting for one that is under way. */
  async function settledState(spec: MachineSpec): Promise<StateReport> {
    for (const deadline = Date.now() + OTHER_START_MS; ; await sleep(50)) {
      const report = await state(spec);
      if ((report.state !== 'starting' && report.state !== 'stopping') || Date.now() >= deadline) return report;
    }
  }

  async function start(spec: MachineSpec, rules: readonly NatRule[]): Promise<void> {
    for (const deadline = Date.now() + OTHER_START_MS; ; await sleep(50)) {
      const report = await settledState(spec);
      if (report.state === 'running' || report.state === 'paused') {
        return talk(spec, async (session, files) => {
          await reconcileForwards(session, files.forwards, rules);
          if (report.state === 'paused') await session.execute('cont');
        });
      }
      if (report.state === 'unknown') throw hung(spec, report);
      if (report.pid !== undefined) await powerOff(platform, spec); // the guest panicked; its QEMU is still there
      if ((await startQemu(context, spec, rules)) === 'started') return;
      if (Date.now() >= deadline) throw new B2dError(`Another QEMU of "${spec.name}" does not come up.`, { exit: 'busy', remedy: 'b2d kill' });
    }
  }

  /** How the disk is to be reached: by the QEMU that has it open, or not at all. @throws B2dError where that cannot be told. */
  async function liveDisk(spec: MachineSpec): Promise<LiveDisk> {
    const report = await settledState(spec);
    if (report.state === 'unknown') throw hung(spec, report);
    return isOff(report) ? undefined : (work) => talk(spec, work);
  }

  return {
    name: 'qemu',
    preflight: () => preflight(platform, options.settings ?? {}),
    async create(spec) {
      await makePrivateDirectory(platform, filesOf(spec).folder);
      await createDisk(platform, img(spec), filesOf(spec).dataDisk, spec.diskMiB);
    },
    dataDisk: async (spec) => ((await exists(filesOf(spec).dataDisk)) ? filesOf(spec).dataDisk : undefined),
    start,
    shutdown: (spec) => talk(spec, async (session) => void (await session.execute('system_powerdown'))),
    powerOff: (spec) => powerOff(platform, spec),
    suspend: () => Promise.reject(new UnsupportedError('qemu', 'suspend a machine', 'Use VirtualBox for that, or stop the machine: b2d down')),
    discardSavedState: async () => undefined,
    state,
    async destroy(spec) {
      const files = filesOf(spec);
      const report = await state(spec);
      if (!isOff(report)) {
        throw new B2dError(`The machine "${spec.name}" cannot be deleted while it is ${report.state}.`, { exit: 'busy', ...(report.detail && { reason: report.detail }), remedy: 'b2d kill' });
      }
      const endpoint = await readEndpoint(files.endpoint);
      const made = [files.dataDisk, `${files.dataDisk}.partial`, spec.consoleFile, `${spec.consoleFile}.1`, ...(endpoint?.kind === 'unix' ? [endpoint.path] : []), files.folder];
      for (const file of made) await fs.rm(file, { recursive: file === files.folder, force: true, maxRetries: 3 });
    },
    forward: (spec, rule) => talk(spec, (session, files) => addForward(session, files.forwards, rule)),
    unforward: (spec, name) => talk(spec, (session, files) => removeForward(session, files.forwards, name)),
    forwards: (spec) => talk(spec, (session, files) => readForwards(session, files.forwards)),
    requireShares: (spec, wanted) => requireShares(platform, spec, wanted),
    share: () => Promise.reject(needsStart('share a folder')),
    unshare: () => Promise.reject(needsStart('take a shared folder away')),
    async resize(spec) {
      const { dataDisk } = filesOf(spec);
      const bytes = await growthTarget(dataDisk, spec.diskMiB);
      if (bytes === undefined) return;
      const report = await state(spec);
      if (report.state === 'unknown') throw hung(spec, report);
      if (report.pid === undefined) await growOffline(platform, img(spec), dataDisk, bytes);
      else await talk(spec, (session) => growOnline(session, bytes));
    },
    snapshotSave: async (spec, name) => saveSnapshot(platform, img(spec), filesOf(spec).dataDisk, name, await liveDisk(spec)),
    async snapshotRestore(spec, name) {
      if (await liveDisk(spec)) throw restoreNeedsOff(spec);
      await restoreSnapshot(platform, img(spec), filesOf(spec).dataDisk, name);
    },
    snapshotDelete: async (spec, name) => deleteSnapshot(platform, img(spec), filesOf(spec).dataDisk, name, await liveDisk(spec)),
    snapshotList: async (spec) => ((await exists(filesOf(spec).dataDisk)) ? listSnapshots(platform, img(spec), filesOf(spec).dataDisk) : []),
    logFiles: (spec) => [filesOf(spec).log, `${filesOf(spec).log}.1`],
  };
}

/** Whether no QEMU has the disk open. */
function isOff({ state, pid }: StateReport): boolean {
  return pid === undefined && ['absent', 'stopped', 'crashed'].includes(state);
}

function hung(spec: MachineSpec, report: StateReport): B2dError {
  return new B2dError(`The state of "${spec.name}" is not known.`, { exit: 'hypervisorFailed', ...(report.detail && { reason: report.detail }), remedy: 'b2d kill' });
}

async function preflight(platform: Platform, extra: Readonly<Record<string, string>>): Promise<Preflight> {
  const settings = parseSettings(extra);
  const search = findQemu(platform, settings);
  if (!('found' in search)) return { usable: false, reason: `${search.missing} is missing. ${search.reason}`, remedy: installRemedy(platform) };
  const { emulator } = search.found;
  try {
    const version = await qemuVersion(platform, emulator);
    const found = { version: version.text, program: emulator };
    if (!version.supported) return { ...found, usable: false, reason: `QEMU ${version.text} is too old; 5.1 or newer is needed.`, remedy: installRemedy(platform) };
    const accelerator = await chooseAccelerator(platform, emulator, version.text, settings);
    return { ...found, usable: true, accelerator: acceleratorName(accelerator), ...(accelerator.note && { reason: accelerator.note }) };
  } catch (error) {
    return { usable: false, program: emulator, reason: `${emulator} cannot be run: ${messageOf(error)}`, remedy: installRemedy(platform) };
  }
}
