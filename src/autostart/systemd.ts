import fs from 'node:fs/promises';
import { B2dError, messageOf } from '../errors.ts';
import { exists, writeAtomic } from '../platform/files.ts';
import type { Platform, RunResult } from '../platform/platform.ts';
import type { Autostarter } from './autostarter.ts';
import { machinesByFile, makeFolder, readEntryFile, removeFile } from './files.ts';
import { requirePlain } from './start.ts';
import { unitText } from './unit.ts';

/** Linux: a unit of the user's systemd, b2d-NAME.service. */
export function userUnits(platform: Platform): Autostarter {
  const { path, env, homeDir } = platform;
  // https://specifications.freedesktop.org/basedir-spec: a relative path is invalid and counts as none.
  const configured = env['XDG_CONFIG_HOME'];
  const folder = path.join(configured && path.isAbsolute(configured) ? configured : path.join(homeDir, '.config'), 'systemd', 'user');
  const unitOf = (machine: string): string => `b2d-${machine}.service`;
  const fileOf = (machine: string): string => path.join(folder, unitOf(machine));
  const linkOf = (machine: string): string => path.join(folder, 'default.target.wants', unitOf(machine));
  const systemctl = (args: readonly string[]): Promise<RunResult> => platform.run('systemctl', ['--user', ...args], { env });
  const attempt = (args: readonly string[]): Promise<RunResult | undefined> => systemctl(args).catch(() => undefined);

  const isLinked = async (machine: string): Promise<boolean> => {
    const target = await fs.readlink(linkOf(machine)).catch(() => undefined);
    return target !== undefined && path.resolve(path.dirname(linkOf(machine)), target) === fileOf(machine);
  };
  const must = async (args: readonly string[]): Promise<void> => {
    const { code, stderr } = await systemctl(args);
    if (code !== 0) throw new B2dError(`systemd refused: systemctl --user ${args.join(' ')}`, { reason: stderr.trim(), remedy: 'See what it says: systemctl --user status' });
  };

  return {
    where: fileOf,
    list: () => machinesByFile(folder, 'b2d-', '.service'),

    async read(machine) {
      const entry = await readEntryFile(fileOf(machine), (start) => unitText(platform, start));
      return entry && { ...entry, ...(!(await isLinked(machine)) && { idle: 'The unit is not enabled.' }) };
    },

    async write(start) {
      requirePlain(start);
      await requireManager(systemctl);
      await makeFolder(folder);
      await writeAtomic(fileOf(start.machine), unitText(platform, start));
      await must(['daemon-reload']);
      await must(['enable', unitOf(start.machine)]);
      return [];
    },

    /**
     * Stopping the unit would shut the machine down, and reading the units anew would have systemd forget how: of one that is active it keeps what it has loaded, until the session
     * ends and the machine is shut down by it.
     */
    async remove(machine) {
      const [there, linked] = [await exists(fileOf(machine)), await isLinked(machine)];
      if (!there && !linked) return removeFile(platform, fileOf(machine));
      const active = /^(active|activating)\b/.test((await attempt(['is-active', unitOf(machine)]))?.stdout ?? '');
      if (there) await attempt(['disable', '--no-reload', unitOf(machine)]);
      if (await isLinked(machine)) await removeFile(platform, linkOf(machine));
      await removeFile(platform, fileOf(machine));
      if (!active) await attempt(['daemon-reload']);
    },
  };
}

/** @throws B2dError (unsupported) where there is no manager of this user's units */
async function requireManager(systemctl: (args: readonly string[]) => Promise<RunResult>): Promise<void> {
  const asked = await systemctl(['show', '--property=Version']).catch((error: unknown) => ({ code: -1, stderr: messageOf(error) }));
  if (asked.code === 0) return;
  throw new B2dError('Machines cannot be started at login here: systemd does not manage this user\'s services.', {
    exit: 'unsupported',
    reason: asked.stderr.trim(),
    remedy: ['Log in as this user, not by su or sudo, and try again', 'Without systemd: have your desktop, or your login shell, run "b2d up" at login'],
  });
}
