import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { B2dError } from '../../errors.ts';
import { exists, makePrivateDirectory } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import { rotate } from '../../platform/rename.ts';
import type { MachineSpec, NatRule } from '../driver.ts';
import { requireFiles } from '../require-files.ts';
import { acceleratorName, chooseAccelerator, TCG, type Accelerator } from './accelerator.ts';
import { buildArguments, type ArgumentInput } from './arguments.ts';
import type { Endpoint } from './connection.ts';
import { prepareEndpoint } from './endpoint.ts';
import { diagnose, type StartFailure } from './failure.ts';
import { requireQemu, requireUefi, type UefiFirmware } from './find.ts';
import { isThisMachine, readPid } from './identity.ts';
import { qemuFiles, type QemuFiles } from './layout.ts';
import { writeNames } from './ports.ts';
import { launch, type LaunchedQemu } from './process.ts';
import { queryState } from './query-state.ts';
import { parseSettings, type QemuSettings } from './settings.ts';
import { requireShares } from './shares.ts';
import { qemuVersion } from './version.ts';

/** How long QEMU may take from its launch until it says that the machine runs; a busy host needs seconds. */
const START_MS = 60_000;
const POLL_MS = 20;

export interface StartContext {
  platform: Platform;
  transport: Endpoint['kind'];
  /** Told what the user should know though it is no error. */
  note: (text: string) => void;
}

/**
 * Launches QEMU for a machine that is off and returns once QEMU says that it runs. Nothing of a failed start stays behind.
 * @returns `already` when another b2d was quicker: QEMU's lock on its pid file lets one of them through.
 * @throws PortTakenError, UnsupportedError for shares that this QEMU cannot offer, B2dError with QEMU's own words.
 */
export async function startQemu(context: StartContext, spec: MachineSpec, rules: readonly NatRule[]): Promise<'started' | 'already'> {
  const { platform, note } = context;
  const settings = parseSettings(spec.extra);
  const programs = requireQemu(platform, settings);
  const files = qemuFiles(spec, platform.path);
  await requireFiles(spec, files.dataDisk);
  if (spec.shares?.length) await requireShares(platform, spec);
  await makePrivateDirectory(platform, files.folder);
  const firmware = settings.firmware === 'uefi' ? requireUefi(platform, programs.emulator) : undefined;
  if (firmware) await prepareEfiVariables(firmware, files);
  let accelerator = await chooseAccelerator(platform, programs.emulator, (await qemuVersion(platform, programs.emulator)).text, settings, files.accelerator);
  if (accelerator.note) note(accelerator.note);
  let freshEndpoint = false;
  for (let attempt = 1; ; attempt++) {
    const endpoint = await prepareEndpoint(platform, files, spec.uuid, context.transport, freshEndpoint);
    const failure = await attemptStart(context, { spec, rules, files, endpoint, accelerator, settings, emulator: programs.emulator, ...(firmware && { firmware }) });
    if (failure === undefined) return 'started';
    if (failure.kind === 'already') return 'already';
    if (failure.kind === 'control-port') freshEndpoint = true;
    else if (failure.kind === 'other' && mayFallBack(accelerator, settings)) {
      await fs.rm(files.accelerator, { force: true });
      const why = failure.error.details.at(-1) ?? failure.error.reason;
      accelerator = { ...TCG, ...(settings.cpu && { cpu: settings.cpu }), note: `QEMU could not start with ${acceleratorName(accelerator)} (${why}); it emulates the processor in software, which is slow.` };
      note(accelerator.note ?? '');
    } else throw failure.error;
    if (attempt === 5) throw new B2dError('QEMU found no free port for its control connection.', { exit: 'portTaken', remedy: 'b2d up' });
  }
}

function mayFallBack(accelerator: Accelerator, settings: QemuSettings): boolean {
  return settings.accel === undefined && acceleratorName(accelerator) !== 'tcg';
}

interface Attempt extends Omit<ArgumentInput, 'extraArguments'> {
  settings: QemuSettings;
  emulator: string;
}

async function attemptStart({ platform }: StartContext, attempt: Attempt): Promise<StartFailure | undefined> {
  const { spec, rules, files, emulator, settings } = attempt;
  const args = buildArguments(platform, { ...attempt, extraArguments: settings.args });
  await writeNames(files.forwards, rules);
  await rotate(spec.consoleFile);
  const qemu = await launch(emulator, args, spec.directory, files.log);
  try {
    const problem = await waitRunning(platform, spec, qemu);
    if (problem === undefined) return undefined;
    await qemu.kill();
    const failure = await diagnose(await qemu.lastWords(), rules, problem);
    if (failure.kind === 'already') await restoreConsole(spec.consoleFile);
    else if ((await readPid(files.pidFile)) === qemu.pid) await fs.rm(files.pidFile, { force: true }); // an abort leaves it behind
    return failure;
  } finally {
    await qemu.release();
  }
}

/** Undefined once QEMU says that the machine runs, else what happened instead. */
async function waitRunning(platform: Platform, spec: MachineSpec, qemu: LaunchedQemu): Promise<string | undefined> {
  const { pidFile } = qemuFiles(spec, platform.path);
  for (const deadline = Date.now() + START_MS; ; await sleep(POLL_MS)) {
    const ended = qemu.ended();
    if (ended !== undefined) return ended;
    // Only an answer of our own child counts: another b2d's QEMU may be answering on the same socket.
    if ((await readPid(pidFile)) === qemu.pid && qemu.pid !== undefined && (await isThisMachine(platform, qemu.pid, spec.uuid)) !== false) {
      const report = await Promise.race([queryState(platform, spec), qemu.gone]);
      if (report?.state === 'running') return undefined;
      if (report?.state === 'crashed' && qemu.ended() === undefined && report.detail) return `gave up: ${report.detail}`;
    }
    if (Date.now() >= deadline) return `did not answer within ${START_MS / 1000} seconds`;
  }
}

/** The loser of two starts moved the winner's console away. */
async function restoreConsole(file: string): Promise<void> {
  if (!(await exists(file))) await fs.rename(`${file}.1`, file).catch(() => undefined);
}

/** Each machine writes its own UEFI variables; they are made anew when another firmware needs another size. */
async function prepareEfiVariables(firmware: UefiFirmware, files: QemuFiles): Promise<void> {
  const size = async (file: string): Promise<number | undefined> => (await fs.stat(file).catch(() => undefined))?.size;
  if ((await size(files.efiVariables)) === (await size(firmware.variables))) return;
  const beside = `${files.efiVariables}.partial`;
  await fs.copyFile(firmware.variables, beside);
  await fs.chmod(beside, 0o600);
  await fs.rename(beside, files.efiVariables);
}
