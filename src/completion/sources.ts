import { definitions, SETTING_KEYS } from '../config/settings.ts';
import { QEMU_SETTINGS } from '../drivers/qemu/settings.ts';
import { VIRTUALBOX_SETTINGS } from '../drivers/virtualbox/settings.ts';
import { SHELL_NAMES } from '../env/shells.ts';
import type { Platform } from '../platform/platform.ts';
import { authorities, images, machines, registries, shares, snapshots } from './values.ts';

/** A word that may come next. */
export interface Candidate {
  value: string;
  description?: string | undefined;
}

/** What may come next. */
export interface Offer {
  candidates?: Candidate[];
  /** Paths of this computer are possible as well. */
  paths?: 'files' | 'folders';
  /** The word goes on behind a candidate: no blank. */
  open?: true;
}

/** What is known when values are looked for. */
export interface Context {
  platform: Platform;
  home: string;
  /** The command's flags so far, with their values. */
  flags: ReadonlyMap<string, string>;
  /** Its arguments so far. */
  positional: readonly string[];
}

export type Source = Offer | ((context: Context) => Promise<Offer>);

const words = (...values: string[]): Offer => ({ candidates: values.map((value) => ({ value })) });
const from = (list: (context: Context) => Promise<Candidate[]>): Source => async (context) => ({ candidates: await list(context) });
const files: Offer = { paths: 'files' };
const folders: Offer = { paths: 'folders' };
/** Nobody can guess it. */
const free: Offer = {};

/** The values of flags, which have one meaning in all commands. Every flag with a value is here, unless oclif knows its values. */
export const FLAGS: Readonly<Record<string, Source>> = {
  machine: from(machines),
  driver: words('auto', 'virtualbox', 'qemu'),
  'host-access': words('on', 'off'),
  iso: files,
  user: words('docker', 'root'),
  shell: words(...SHELL_NAMES),
  filter: words('state=running', 'state=stopped', 'state=saved', 'state=crashed', 'driver=virtualbox', 'driver=qemu', 'active=true'),
  memory: free, cpus: free, disk: free, sha256: free, name: free, mirror: free, insecure: free, at: free, uid: free, gid: free, interval: free, count: free, tail: free, timeout: free,
};

/** The values of arguments, by the command's id and the argument's name; `*` are the words of a command that takes any. */
export const ARGUMENTS: Readonly<Record<string, Source>> = {
  'ca:add file': files,
  'ca:rm name': from(authorities),
  'config:get key': settingNames(SETTING_KEYS),
  'config:set key': settingNames(['memory', 'cpus', 'disk', 'iso']),
  'config:set value': async ({ positional }) => VALUES[positional[0] ?? ''] ?? free,
  'config:unset key': settingNames(['memory', 'cpus']),
  'cp *': operands,
  'disk:resize size': free,
  'image:import source': files,
  'image:rm digest': from(images),
  'image:verify digest': from(images),
  'registry:rm registry': from(registries),
  'share:add path': folders,
  'share:rm path': async (context) => ({ candidates: await shares(context), paths: 'folders' }),
  'snapshot:save name': free,
  'snapshot:restore name': from(snapshots),
  'snapshot:delete name': from(snapshots),
  'ssh *': free,
};

/** The values of settings that have some. */
const VALUES: Readonly<Record<string, Offer>> = {
  iso: files, 'qemu.program': files, 'qemu.img': files, 'virtualbox.program': files,
  'qemu.firmware': words('bios', 'uefi'),
  'qemu.accel': words('kvm', 'hvf', 'whpx', 'tcg'),
};

function settingNames(keys: readonly string[]): Offer {
  const described = keys.map((value) => ({ value, description: definitions[value as keyof typeof definitions].form }));
  return { candidates: [...described, ...[...QEMU_SETTINGS, ...VIRTUALBOX_SETTINGS].map((value) => ({ value }))] };
}

/** `cp`: paths of this computer, and `MACHINE:` for those of a machine. */
async function operands(context: Context): Promise<Offer> {
  return { candidates: (await machines(context)).map(({ value }) => ({ value: `${value}:`, description: 'a path in this machine' })), paths: 'files', open: true };
}
