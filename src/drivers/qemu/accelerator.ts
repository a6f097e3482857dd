import fs from 'node:fs/promises';
import { messageOf } from '../../errors.ts';
import { readIfThere, writeAtomic } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';
import type { QemuSettings } from './settings.ts';

/** How guest code runs: QEMU's `-accel` and `-cpu` values. */
export interface Accelerator {
  accel: string;
  cpu: string;
  /** Why it is not the fast one, in one sentence. */
  note?: string;
}

/**
 * Software emulation: works everywhere. `max` is every feature it can emulate; but it runs `rep movsb` byte by byte, so guests
 * had better not believe that it is fast (4 % fewer instructions for a start).
 */
export const TCG: Accelerator = { accel: 'tcg', cpu: 'max,-erms,-fsrm' };

const TRIAL_MS = 15_000;

/** `kvm` of `kvm,kernel-irqchip=split`. */
export function acceleratorName(accelerator: Accelerator): string {
  return accelerator.accel.split(',')[0] ?? accelerator.accel;
}

/**
 * The accelerator to use: the user's setting, else the first that a trial proves, else TCG with a note.
 * A success is remembered in `cacheFile` for as long as the program stays the same; a failure is not, because rights and
 * firmware settings change.
 */
export async function chooseAccelerator(platform: Platform, emulator: string, version: string, settings: QemuSettings, cacheFile?: string): Promise<Accelerator> {
  if (settings.accel !== undefined) {
    const known = [...candidates(platform, version), TCG].find((entry) => entry.accel.split(',')[0] === settings.accel?.split(',')[0]);
    return { accel: settings.accel, cpu: settings.cpu ?? known?.cpu ?? 'max' };
  }
  const withCpu = (entry: Accelerator): Accelerator => (settings.cpu === undefined ? entry : { ...entry, cpu: settings.cpu });
  const key = { emulator, changed: (await fs.stat(emulator)).mtimeMs };
  const remembered = cacheFile && (await readCache(cacheFile, key));
  if (remembered) return withCpu(remembered);
  const failures: string[] = [];
  for (const candidate of candidates(platform, version).map(withCpu)) {
    const failure = await tryAccelerator(platform, emulator, candidate);
    if (failure === undefined) {
      if (cacheFile) await writeAtomic(cacheFile, JSON.stringify({ ...key, accel: candidate.accel, cpu: candidate.cpu })).catch(() => undefined);
      return candidate;
    }
    failures.push(`${acceleratorName(candidate)}: ${failure}`);
  }
  const why = failures.length > 0 ? failures.join('; ') : `no accelerator runs x86 guests on ${platform.os} ${platform.arch}`;
  return withCpu({ ...TCG, note: `QEMU emulates the processor in software, which is slow (${why}).` });
}

/** What could be fast here, best first. Only an x86 host accelerates an x86 guest. */
export function candidates(platform: Platform, version: string): Accelerator[] {
  if (platform.arch !== 'x64') return [];
  if (platform.os === 'linux') return [{ accel: 'kvm', cpu: 'host' }];
  if (platform.os === 'darwin') return [{ accel: 'hvf', cpu: 'host' }];
  // WHPX: `-cpu max` does not start and, before QEMU 11, the in-kernel interrupt controller loses interrupts
  // (https://github.com/lima-vm/lima/pull/931, https://github.com/lima-vm/lima/issues/4808).
  const accel = Number.parseInt(version, 10) >= 11 ? 'whpx' : 'whpx,kernel-irqchip=off';
  return [{ accel, cpu: 'qemu64' }];
}

/**
 * Starts a tiny paused machine, speaks QMP with it over its standard streams and lets it quit.
 * Returns undefined when that worked, else QEMU's own words.
 */
export async function tryAccelerator(platform: Platform, emulator: string, { accel, cpu }: Accelerator): Promise<string | undefined> {
  const args = ['-machine', 'q35', '-accel', accel, '-cpu', cpu, '-m', '32', '-S', '-nodefaults', '-no-user-config', '-display', 'none', '-qmp', 'stdio'];
  try {
    const input = '{"execute":"qmp_capabilities"}\n{"execute":"query-status"}\n{"execute":"quit"}\n';
    const { code, stdout, stderr } = await platform.run(emulator, args, { input, timeoutMs: TRIAL_MS });
    if (code === 0 && stdout.includes('"prelaunch"')) return undefined;
    return firstError(stderr) ?? `QEMU ended with code ${code}`;
  } catch (error) {
    const [what, ...words] = messageOf(error).split('\n'); // Node's "Command failed: ..." and below it what the program said
    return firstError(words.join('\n')) ?? what;
  }
}

/** The first line that is no warning: what follows an error is its echo. */
function firstError(stderr: string): string | undefined {
  return stderr.split('\n').map((line) => line.trim().replace(/^qemu-system-\w+(\.exe)?: /i, '')).find((line) => line !== '' && !line.startsWith('warning:'));
}

async function readCache(file: string, key: { emulator: string; changed: number }): Promise<Accelerator | undefined> {
  try {
    const value = JSON.parse((await readIfThere(file)) ?? '') as Accelerator & typeof key;
    if (value.emulator !== key.emulator || value.changed !== key.changed || !value.accel || !value.cpu) return undefined;
    return { accel: value.accel, cpu: value.cpu };
  } catch {
    return undefined; // a cache: whatever is wrong with it, the trial decides
  }
}
