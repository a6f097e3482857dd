import { setTimeout as sleep } from 'node:timers/promises';
import { writeAtomic } from '../platform/files.ts';
import type { Platform, RunResult } from '../platform/platform.ts';
import type { Autostarter } from './autostarter.ts';
import { machinesByFile, makeFolder, readEntryFile, removeFile } from './files.ts';
import { plistText } from './plist.ts';
import { requirePlain, type LoginStart } from './start.ts';

const PREFIX = 'io.b2d.machine.';

/** An agent that is being unloaded is refused for a while. */
const TRIES = 10;
const PAUSE_MS = 500;

/** macOS: an agent of the user's launchd, in ~/Library/LaunchAgents. */
export function launchAgents(platform: Platform): Autostarter {
  const { path, homeDir } = platform;
  const folder = path.join(homeDir, 'Library', 'LaunchAgents');
  const fileOf = (machine: string): string => path.join(folder, `${PREFIX}${machine}.plist`);
  const domain = `gui/${platform.uid}`;
  const serviceOf = (machine: string): string => `${domain}/${PREFIX}${machine}`;
  const launchctl = (...args: string[]): Promise<RunResult> => platform.run('/bin/launchctl', args);
  const textOf = (start: LoginStart): string => plistText(`${PREFIX}${start.machine}`, start);

  const isLoaded = async (machine: string): Promise<boolean> => (await launchctl('print', serviceOf(machine))).code === 0;
  /** `"io.b2d.machine.default" => disabled`; older versions say `true`. */
  const isDisabled = async (machine: string): Promise<boolean> => {
    const { stdout } = await launchctl('print-disabled', domain);
    return stdout.split('\n').some((line) => line.includes(`"${PREFIX}${machine}"`) && /=> (disabled|true)\b/.test(line));
  };
  const bootstrap = async (machine: string, tries: number): Promise<RunResult> => {
    const result = await launchctl('bootstrap', domain, fileOf(machine));
    if (result.code === 0 || tries <= 1) return result;
    await sleep(PAUSE_MS);
    return bootstrap(machine, tries - 1);
  };

  return {
    where: fileOf,
    list: () => machinesByFile(folder, PREFIX, '.plist'),

    async read(machine) {
      const entry = await readEntryFile(fileOf(machine), textOf);
      return entry && { ...entry, ...((await isDisabled(machine)) && { idle: 'launchd has it switched off.' }) };
    },

    /** Loaded at once, so that launchd runs it now too. What it runs waits for the machine's lock, and does nothing to a machine that runs. */
    async write(start) {
      const { machine } = start;
      requirePlain(start);
      const before = await readEntryFile(fileOf(machine), textOf);
      const same = before !== undefined && before.unchanged && textOf(before.start!) === textOf(start);
      await makeFolder(folder);
      if (!same) await writeAtomic(fileOf(machine), textOf(start));
      if (await isDisabled(machine)) await launchctl('enable', serviceOf(machine));
      const loaded = await isLoaded(machine);
      if (loaded && same) return [];
      if (loaded) await launchctl('bootout', serviceOf(machine));
      const { code, stderr } = await bootstrap(machine, loaded ? TRIES : 1);
      return code === 0 ? ['launchd starts it now, too.'] : [`launchd loads it at the next login, not now: ${stderr.trim()}`];
    },

    async remove(machine) {
      if (await isLoaded(machine)) await launchctl('bootout', serviceOf(machine));
      await removeFile(platform, fileOf(machine));
    },
  };
}
