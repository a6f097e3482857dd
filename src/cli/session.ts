import path from 'node:path';
import { b2dHome } from '../config/home.ts';
import { loadSettings, type LoadOptions, type Settings } from '../config/load.ts';
import { SETTING_KEYS, type SettingKey } from '../config/settings.ts';
import { engineWishes, explicitValues, machineValues } from '../config/views.ts';
import { driverFor } from '../drivers/registry.ts';
import { B2dError } from '../errors.ts';
import type { RequestedSettings, Workspace } from '../machine/workspace.ts';
import { createProgress } from '../output/progress.ts';
import { packageRoot } from '../package-root.ts';
import type { Platform } from '../platform/platform.ts';

/** What one run of a command works with. */
export interface Session {
  workspace: Workspace;
  settings: Settings;
  requested: RequestedSettings;
  machineName: string;
  load: LoadOptions;
}

/** Five minutes: a first start under software emulation on a busy machine takes two or three. */
const READY_TIMEOUT_S = 300;

/**
 * Reads the settings and brings the parts together. A command without flags for a machine's settings is not stopped by a bad value of one of them:
 * it is a warning there. Those that are `needed` must be right all the same. @throws B2dError for settings that cannot be used.
 */
export async function createSession(platform: Platform, flags: Record<string, unknown>, { changesMachines, needed }: { changesMachines: boolean; needed: SettingKey[] }): Promise<Session> {
  const home = b2dHome(platform);
  const given = Object.fromEntries(SETTING_KEYS.filter((key) => flags[key] !== undefined).map((key) => [key, flags[key] as string]));
  const load: LoadOptions = { platform, home, flags: given, cwd: process.cwd(), lenient: !changesMachines, needed };
  const settings = await loadSettings(load);
  const progress = createProgress(process.stderr, platform.env);
  for (const warning of settings.warnings) progress.note(warning);
  const source = { sha256: flags['sha256'] as string | undefined, allowHttp: flags['allow-http'] === true };
  const requested = { forNew: machineValues(settings), explicit: explicitValues(settings), source, shareHome: flags['share-home'] === true };
  const workspace: Workspace = {
    platform, home, progress, dockerContext: settings.context.value === 'on', debug: flags['debug'] === true ? progress.note : () => undefined, packageRoot: packageRoot(), network: { proxy: settings.proxy.value, ca: settings.ca.value }, engine: engineWishes(settings), cwd: process.cwd(), now: () => new Date(),
    driver: (name) => driverFor(platform, name, { settings: requested.forNew.extra, note: progress.note }), readyTimeoutMs: readyTimeout(platform) * 1000,
    ...(settings['ports.forward'].value === 'on' && { forwarder: { program: path.join(packageRoot(), 'dist', 'port-forwarder.js'), bind: settings['ports.bind'].value } }),
  };
  return { workspace, settings, load, requested, machineName: settings.machine.value };
}

/** B2D_READY_TIMEOUT: seconds that a machine has to become ready. */
function readyTimeout(platform: Platform): number {
  const text = platform.env['B2D_READY_TIMEOUT'];
  if (!text) return READY_TIMEOUT_S;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new B2dError(`"${text}" is not possible for B2D_READY_TIMEOUT.`, { exit: 'usage', reason: 'It must be a number of seconds.', remedy: 'Set it to 300, for example, or unset it.' });
}
