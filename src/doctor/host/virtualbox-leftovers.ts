import { machinesDirectory } from '../../machine/paths.ts';
import { readRecord } from '../../machine/record.ts';
import type { Platform } from '../../platform/platform.ts';
import { VBoxManageError, type VirtualBox } from '../../virtualbox/index.ts';

/** A VirtualBox machine whose .vbox file is, or was, below B2D_HOME, and that no machine.json knows. */
export interface LeftoverMachine {
  uuid: string;
  settingsFile: string;
  /** The name of the b2d machine it was made for. */
  machine: string;
  running: boolean;
}

/** How b2d names what it registers. */
const PREFIX = 'b2d-';

/** Whose settings file is not below B2D_HOME belongs to somebody else, whatever its name; in doubt a machine is not a leftover. */
export async function findLeftoverMachines(platform: Platform, home: string, virtualBox: VirtualBox, held: ReadonlyMap<string, string>): Promise<LeftoverMachine[]> {
  const found: LeftoverMachine[] = [];
  for (const { uuid, settingsFile, running } of await candidates(virtualBox)) {
    const machine = machineOfFile(platform, home, settingsFile);
    if (machine !== undefined && !held.has(machine) && !(await isKnown(platform, home, machine, uuid))) found.push({ uuid, settingsFile, machine, running });
  }
  return found;
}

async function candidates(virtualBox: VirtualBox): Promise<Omit<LeftoverMachine, 'machine'>[]> {
  const registered = await virtualBox.machines();
  const running = new Set((await virtualBox.runningMachines()).map(({ uuid }) => uuid));
  const named = [];
  for (const { uuid } of registered.filter(({ name }) => name.startsWith(PREFIX))) {
    const settingsFile = (await virtualBox.machine(uuid))?.settingsFile;
    if (settingsFile !== undefined) named.push({ uuid, settingsFile, running: running.has(uuid) });
  }
  const inaccessible = registered.some(({ name }) => name.startsWith('<inaccessible')) ? parseInaccessible(await longList(virtualBox)) : [];
  return [...named, ...inaccessible.map((entry) => ({ ...entry, running: false }))];
}

/** With each inaccessible machine VirtualBox tells why, which counts as an error; the list is whole all the same. */
function longList(virtualBox: VirtualBox): Promise<string> {
  return virtualBox.manage(['list', 'vms', '--long']).catch((error: unknown) => {
    if (error instanceof VBoxManageError && error.exitCode === 0) return error.stdout;
    throw error;
  });
}

/** Only the long list tells where the .vbox file of an inaccessible machine was. */
export function parseInaccessible(text: string): { uuid: string; settingsFile: string }[] {
  return [...text.matchAll(/^Name:\s+<inaccessible!?>\r?\nUUID:\s+(\S+)\r?\nConfig file:\s+(.+?)\r?$/gm)].map(([, uuid = '', settingsFile = '']) => ({ uuid: uuid.toLowerCase(), settingsFile }));
}

/** `NAME` of `B2D_HOME/machines/NAME/...`. */
function machineOfFile(platform: Platform, home: string, file: string): string | undefined {
  const { path } = platform;
  const relative = path.relative(machinesDirectory(platform, home), file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? undefined : relative.split(path.sep)[0];
}

async function isKnown(platform: Platform, home: string, machine: string, uuid: string): Promise<boolean> {
  try {
    const record = await readRecord(platform.path.join(machinesDirectory(platform, home), machine, 'machine.json'));
    return record?.uuid.toLowerCase() === uuid;
  } catch {
    return true; // a machine.json that cannot be read may well know it
  }
}
