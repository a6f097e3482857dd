import fs from 'node:fs/promises';
import { quoteSh } from '../../env/quote.ts';
import { engineGet } from '../../engine/client.ts';
import { messageOf } from '../../errors.ts';
import { machineFlag } from '../../machine/errors.ts';
import { engineEndpoint, type Machine } from '../../machine/machine.ts';
import { hostFolderFor, isPlaceForShares } from '../../machine/shares/guest-path.ts';
import { runAsRoot } from '../../machine/ssh.ts';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { ofEachEngine, type About } from '../each-engine.ts';

/** A bind mount of a container, by the Engine API's names. */
interface BindMount {
  container: string;
  /** In the machine. */
  source: string;
}

/**
 * Containers that mount a folder of this computer which the machine does not have: docker makes an empty one in its place and says nothing.
 */
export const bindMountsCheck: Check = {
  id: 'bind-mounts',
  title: 'Bind mounts',
  run: (context) => ofEachEngine(context, 'No engine answers that could be asked for its containers.', (machine, about) => ofMachine(context, machine, about)),
};

async function ofMachine(context: DoctorContext, machine: Machine, about: About): Promise<Finding[]> {
  try {
    const { body } = await engineGet(engineEndpoint(machine), '/containers/json?all=1');
    const suspects = await hostFolders(context, bindMounts(body));
    const empty = suspects.length === 0 ? [] : await emptyInGuest(context, machine, [...new Set(suspects.map(({ source }) => source))]);
    const lost = suspects.filter(({ source }) => empty.includes(source));
    if (lost.length === 0) return [ok('No container mounts a folder of this computer that is not shared.', about)];
    const flag = machineFlag(machine.record.name);
    return [warn('Containers see an empty folder where you may expect one of this computer: it is not shared with the machine.', {
      ...about,
      details: lost.map(({ container, source }) => `${container}: ${source}`),
      remedy: [...new Set(lost.map(({ folder }) => `b2d share add "${folder}"${flag}`)), `b2d restart${flag}`, 'Then make the containers again.'],
    })];
  } catch (error) {
    return [skipped(`Its containers could not be looked at: ${messageOf(error)}`, about)];
  }
}

/** The bind mounts of `/containers/json`. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerList */
export function bindMounts(body: string): BindMount[] {
  const containers = JSON.parse(body) as { Names?: string[]; Id: string; Mounts?: { Type?: string; Source?: string }[] }[];
  return containers.flatMap(({ Names, Id, Mounts = [] }) =>
    Mounts.flatMap(({ Type, Source = '' }) => (Type === 'bind' && isPlaceForShares(Source) ? [{ container: Names?.[0]?.replace(/^\//, '') ?? Id.slice(0, 12), source: Source }] : [])));
}

/** Those whose path names a folder of this computer with something in it. */
async function hostFolders({ platform }: DoctorContext, mounts: readonly BindMount[]): Promise<(BindMount & { folder: string })[]> {
  const found = await Promise.all(mounts.map(async (mount) => {
    const folder = hostFolderFor(platform, mount.source);
    const entries = folder === undefined ? [] : await fs.readdir(folder).catch(() => []);
    return entries.length > 0 && folder !== undefined ? [{ ...mount, folder }] : [];
  }));
  return found.flat();
}

/** Which of these folders are there and empty in the guest. */
async function emptyInGuest(context: DoctorContext, machine: Machine, folders: readonly string[]): Promise<string[]> {
  const script = `for folder in ${folders.map(quoteSh).join(' ')}; do [ ! -d "$folder" ] || [ -n "$(ls -A "$folder")" ] || printf '%s\\n' "$folder"; done`;
  return (await runAsRoot(context, machine, script)).split('\n');
}
