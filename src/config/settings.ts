import type { DriverName } from '../drivers/driver.ts';
import { parseProxy } from '../image/download/proxy-address.ts';
import { withoutLogin } from '../output/without-login.ts';
import type { Platform } from '../platform/platform.ts';
import { formatMebibytes, parseSize } from './size.ts';

/** The effective settings by the names users give them, `table.name` where they stand in a table. Sizes are in MiB; `iso` is empty where the bundled image is meant. */
export interface SettingValues {
  machine: string;
  memory: number;
  cpus: number;
  disk: number;
  driver: DriverName | 'auto';
  iso: string;
  /** For downloads; empty for none, undefined where the environment's HTTPS_PROXY and the like count. */
  proxy: string | undefined;
  /** Files of certificate authorities that downloads trust beside the system's. */
  ca: string[];
  /** The address of the newest release's manifest, and the file of the public keys it is signed with; empty for those that came with this b2d. */
  'release.url': string;
  'release.keys': string;
  context: 'on' | 'off';
  'host-access': 'on' | 'off';
  /** Where a port that a container publishes on every address is bound on this computer. */
  'ports.bind': 'loopback' | 'all';
  'ports.forward': 'on' | 'off';
}

export type SettingKey = keyof SettingValues;

/** A value as it is typed; a list in config.toml alone. */
export type RawValue = string | number | string[];

/** How one setting is read, checked and shown. */
export interface SettingDefinition<T> {
  /** For messages: what a value may look like. */
  form: string;
  /** @returns undefined where the value has not that form */
  parse(raw: RawValue, platform: Platform): T | undefined;
  default(platform: Platform): T;
  /** What is wrong with a value of the right form on this host, as a sentence. */
  refuse?(value: T, platform: Platform): string | undefined;
  show(value: T): string;
  /** Takes passwords out of a value that is shown as it was typed. */
  redact?(raw: string): string;
  /** Set to nothing, the variable is not the same as unset. */
  emptyCounts?: true;
  /** Replaces the relative paths in a value, where it holds any. */
  resolvePaths?(value: T, absolute: (file: string) => string): T;
}

/** Below this the guest's kernel, engine and image in RAM do not start reliably. */
export const MIN_MEMORY_MIB = 512;
/** A smaller data disk has no room for an image worth running. */
export const MIN_DISK_MIB = 1024;
/** The largest ext4 with 4 KiB blocks without the 64bit feature: 16 TiB. */
const MAX_DISK_MIB = 16 * 1024 * 1024;

const hostMemoryMiB = (platform: Platform): number => Math.floor(platform.totalMemory / 1024 ** 2);
const wholeNumber = (raw: RawValue): number | undefined => {
  const value = typeof raw === 'number' ? raw : /^\s*\d+\s*$/.test(String(raw)) ? Number(raw) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
};
const size = (raw: RawValue): number | undefined => parseSize(String(raw));

/** A setting that is one of these words; the first is the default. */
const choice = <T extends string>(...words: readonly [T, ...T[]]): SettingDefinition<T> => ({
  form: `one of ${words.join(', ')}`,
  parse: (raw) => words.find((word) => word === String(raw).toLowerCase()),
  default: () => words[0],
  show: String,
});

export const definitions: { readonly [K in SettingKey]: SettingDefinition<SettingValues[K]> } = {
  machine: { form: 'a machine name', parse: (raw) => String(raw).trim() || undefined, default: () => 'default', show: String },
  memory: {
    form: 'a size: 2048 (MiB), 2g, 2GiB, 512m',
    parse: size,
    // A quarter leaves the host at ease; 1 GiB runs a container or two, above 4 GiB few need more unasked. boot2docker, Colima and Podman took 2 GiB.
    default: (platform) => Math.min(4096, Math.max(1024, Math.floor(hostMemoryMiB(platform) / 4))),
    refuse: (value, platform) =>
      value < MIN_MEMORY_MIB ? `The engine needs at least ${formatMebibytes(MIN_MEMORY_MIB)} to start.`
      : value > hostMemoryMiB(platform) ? `This computer has ${formatMebibytes(hostMemoryMiB(platform))}; from ${formatMebibytes(MIN_MEMORY_MIB)} to that is possible.`
      : undefined,
    show: formatMebibytes,
  },
  cpus: {
    form: 'a whole number',
    parse: wholeNumber,
    // Node counts hardware threads, mostly two for each core, and VirtualBox slows down when guests have more CPUs than the host has cores.
    default: (platform) => Math.min(4, Math.max(1, Math.ceil(platform.cpuCount / 2))),
    refuse: (value, platform) => (value < 1 || value > platform.cpuCount ? `This computer has ${platform.cpuCount}; from 1 to that is possible.` : undefined),
    show: String,
  },
  disk: {
    form: 'a size: 20g, 64GiB, 1t, 20480 (MiB)',
    parse: size,
    // The disk takes only the room that is in use, and growing one later is a step nobody expects: more than boot2docker's 20 GB, as Docker Desktop.
    default: () => 64 * 1024,
    refuse: (value) =>
      value < MIN_DISK_MIB ? `At least ${formatMebibytes(MIN_DISK_MIB)} is needed.${value > 0 && value < 1000 ? ` A plain number means MiB: for GiB write ${value}g.` : ''}`
      : value > MAX_DISK_MIB ? `At most ${formatMebibytes(MAX_DISK_MIB)} is possible.`
      : undefined,
    show: formatMebibytes,
  },
  driver: choice('auto', 'virtualbox', 'qemu'),
  iso: {
    form: 'the path of an ISO file, or an http(s) URL',
    parse: (raw) => (typeof raw === 'string' && (!/^[a-z][a-z0-9+.-]+:\/\//i.test(raw) || /^https?:\/\//i.test(raw)) ? raw : undefined),
    default: () => '',
    show: (value) => withoutLogin(value) || 'bundled',
    redact: withoutLogin,
    resolvePaths: (value, absolute) => (value === '' || /^https?:/i.test(value) ? value : absolute(value)),
  },
  proxy: {
    form: 'an address, http://HOST:PORT, or empty for none',
    parse: (raw) => (typeof raw === 'string' && (raw === '' || typeof parseProxy(raw) !== 'string') ? raw : undefined),
    default: () => undefined,
    show: (value) => (value === undefined ? 'as HTTPS_PROXY and the like say' : redactProxy(value) || 'none'),
    redact: redactProxy,
    emptyCounts: true,
  },
  ca: {
    form: 'the path of a PEM file, or several',
    parse: (raw, { path }) => (typeof raw === 'number' ? undefined : [raw].flat().flatMap((text) => text.split(path.delimiter)).filter((file) => file !== '')),
    default: () => [],
    show: (value) => value.join(', ') || 'none of your own',
    resolvePaths: (value, absolute) => value.map(absolute),
  },
  'release.url': {
    form: 'the address of a release.json, https://...',
    parse: (raw) => (raw === '' || (typeof raw === 'string' && /^https?:$/.test(URL.parse(raw)?.protocol ?? '')) ? raw : undefined),
    default: () => '',
    show: (value) => withoutLogin(value) || 'where this b2d came from',
    redact: withoutLogin,
  },
  'release.keys': {
    form: 'the path of a PEM file',
    parse: (raw) => (typeof raw === 'string' ? raw : undefined),
    default: () => '',
    show: (value) => value || 'those of this b2d',
    resolvePaths: (value, absolute) => (value === '' ? value : absolute(value)),
  },
  context: choice('on', 'off'),
  'host-access': {
    form: 'on or off',
    parse: (raw) => (/^(on|yes|true|1)$/i.test(String(raw)) ? 'on' : /^(off|no|false|0)$/i.test(String(raw)) ? 'off' : undefined),
    // As in Docker Desktop, podman and lima: compose files that name host-gateway work. docs/shares.md tells what it opens.
    default: () => 'on',
    show: String,
  },
  'ports.bind': choice('loopback', 'all'),
  'ports.forward': choice('on', 'off'),
};

/** The scheme may be left out, so whatever stands before the host may be a password. */
function redactProxy(text: string): string {
  return text.replace(/^([a-z0-9+.-]+:\/\/)?.*@/is, '$1');
}

export const SETTING_KEYS = Object.keys(definitions) as SettingKey[];

/** Settings of a driver are free: each is a table of config.toml, its keys are the driver's own documented names. */
export const DRIVER_TABLES: readonly DriverName[] = ['qemu', 'virtualbox'];

/** The tables of the other settings: `release`, `ports`. */
export const SETTING_TABLES = new Set(SETTING_KEYS.flatMap((key) => (key.includes('.') ? [key.slice(0, key.indexOf('.'))] : [])));

/** The variable of a setting: `B2D_MEMORY`, `B2D_RELEASE_URL`, `B2D_HOST_ACCESS`. */
export const variableOf = (key: SettingKey): string => `B2D_${key.toUpperCase().replace(/[.-]/g, '_')}`;
