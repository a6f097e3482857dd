import { authorityNames } from '../ca/folder.ts';
import { registryFileOf, readRegistryFile } from '../config/registry-file.ts';
import { requireQemu } from '../drivers/qemu/find.ts';
import { qemuFiles } from '../drivers/qemu/layout.ts';
import { parseSettings } from '../drivers/qemu/settings.ts';
import { listSnapshots } from '../drivers/qemu/snapshots.ts';
import { quickSnapshots as virtualBoxSnapshots } from '../drivers/virtualbox/quick-snapshots.ts';
import { chosenMachine } from '../fast/chosen-machine.ts';
import { listImages } from '../image/list.ts';
import { machinePaths, machinesDirectory } from '../machine/paths.ts';
import { listMachines, readRecord, type MachineRecord } from '../machine/record.ts';
import { exists } from '../platform/files.ts';
import type { Candidate, Context } from './sources.ts';

/** Milliseconds that a program has which is asked: somebody waits for the Tab key. */
const ASK_MS = 2000;

// Each reads a file or a folder; none starts a machine, takes a lock or uses the network. What cannot be read has no candidates: the caller sees to that.

export async function machines({ platform, home }: Context): Promise<Candidate[]> {
  return (await listMachines(machinesDirectory(platform, home))).map((value) => ({ value }));
}

/** The names that `b2d ca ls` shows. */
export async function authorities(context: Context): Promise<Candidate[]> {
  return (await authorityNames(context)).map((value) => ({ value }));
}

export async function registries({ platform, home }: Context): Promise<Candidate[]> {
  const { mirrors, insecure } = await readRegistryFile(registryFileOf(platform, home));
  return [...mirrors.map((value) => ({ value, description: 'mirror' })), ...insecure.map((value) => ({ value, description: 'insecure' }))];
}

export async function images({ platform, home }: Context): Promise<Candidate[]> {
  return (await listImages(platform, home)).map(({ sha256, version }) => ({ value: sha256.slice(0, 12), description: version }));
}

export async function shares(context: Context): Promise<Candidate[]> {
  const { record } = await machineOf(context);
  return (record.shares ?? []).map(({ hostPath, guestPath }) => ({ value: hostPath, description: guestPath }));
}

/** The newest first. */
export async function snapshots(context: Context): Promise<Candidate[]> {
  const { record, directory } = await machineOf(context);
  const { platform } = context;
  if (record.driver === 'virtualbox') return (await virtualBoxSnapshots(platform, { directory, uuid: record.uuid })).map((value) => ({ value }));
  const { dataDisk } = qemuFiles({ directory, uuid: record.uuid }, platform.path);
  if (!(await exists(dataDisk))) return [];
  const hurried = { ...platform, run: (file: string, args: readonly string[]) => platform.run(file, args, { timeoutMs: ASK_MS }) };
  const found = await listSnapshots(hurried, requireQemu(platform, parseSettings(record.extra)).img, dataDisk);
  return found.reverse().map(({ name, createdAt }) => ({ value: name, description: createdAt.replace(/\.\d+/, '') }));
}

/** The machine that the command would mean. @throws where there is none */
async function machineOf({ platform, home, flags }: Context): Promise<{ record: MachineRecord; directory: string }> {
  const name = await chosenMachine(platform, home, flags.get('machine'));
  const paths = machinePaths(platform, home, name ?? '');
  const record = await readRecord(paths.record);
  if (record === undefined) throw new Error(`no machine ${name}`);
  return { record, directory: paths.directory };
}
