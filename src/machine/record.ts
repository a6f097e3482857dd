import fs from 'node:fs/promises';
import { B2dError } from '../errors.ts';
import type { DriverName } from '../drivers/driver.ts';
import type { DataOnDisk } from '../image/data-format.ts';
import { readIfThere, writeAtomic } from '../platform/files.ts';
import { isGuestPath } from './shares/guest-path.ts';

/** Raised whenever an older b2d could misread the file; `migrations` then gains a step. */
export const RECORD_VERSION = 1;

/** The guest services b2d itself reaches, by the name of their NAT rule. */
export type ServicePorts = { docker: number; ssh: number };

/** The boot image of a machine: what it is, and where it came from (a path or an address). */
export interface MachineImage {
  sha256: string;
  version: string;
  source: string;
}

/** machine.json: a machine's identity and settings. */
export interface MachineRecord {
  version: typeof RECORD_VERSION;
  name: string;
  uuid: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  driver: DriverName;
  cpus: number;
  memoryMiB: number;
  diskMiB: number;
  image: MachineImage;
  /** The image it was last booted with: until the next boot a machine that runs or is suspended needs it, whatever `image` says. A digest; absent before the first boot. */
  bootedImage?: string;
  /** The image before the last change: `b2d upgrade --rollback` goes back to it. */
  previousImage?: MachineImage;
  /** Set while an upgrade tries `image`: when its engine does not get ready, `up` goes back to `previousImage`. */
  trial?: true;
  /** What the last image whose engine was ready left on the data disk. Absent before the first start. */
  data?: DataOnDisk;
  /** Set once the data disk exists: from then on a missing disk is an error, never made anew. */
  dataDiskMade: boolean;
  /** The host ports of the last start: kept from run to run when they are still free. */
  ports: Partial<ServicePorts>;
  /** Folders of the host that are mounted in the guest; none where it is missing. */
  shares?: ShareRecord[];
  /** Whether containers reach what listens on the host's loopback address; yes where it is missing. */
  hostAccess?: boolean;
  /** Driver settings of the user, by the driver's documented names. */
  extra: Record<string, string>;
}

/** A folder of the host, and where the guest has it. */
export interface ShareRecord {
  /** Absolute, and free of symbolic links when it was added. */
  hostPath: string;
  guestPath: string;
  readOnly: boolean;
  /** Whose its files are in the guest; the hypervisor's way where it is missing. */
  owner?: Owner;
}

/** Numbers of a user and a group. */
export interface Owner {
  uid: number;
  gid: number;
}

/** The keys that a record may lack. */
type OptionalKey = { [Key in keyof MachineRecord]-?: undefined extends MachineRecord[Key] ? Key : never }[keyof MachineRecord];

type Migration = (old: Record<string, unknown>) => Record<string, unknown>;
/** From the version that is the key to the next one. */
const migrations: Record<number, Migration> = {};

/**
 * Reads machine.json, migrating an older version in memory (it is written, with a backup, at the next change).
 * @returns undefined where the machine was never made.
 * @throws B2dError (stateUnreadable) when it is damaged or comes from a newer b2d; the file is left as it is.
 */
export async function readRecord(file: string): Promise<MachineRecord | undefined> {
  const text = await readIfThere(file);
  return text === undefined ? undefined : parseRecord(text, file);
}

/** Writes machine.json; a file of an older version is kept beside it as `machine.json.v<N>.bak`. */
export async function writeRecord(file: string, record: MachineRecord): Promise<void> {
  const before = await readIfThere(file);
  const version = before === undefined ? RECORD_VERSION : (JSON.parse(before) as { version: number }).version;
  if (before !== undefined && version !== RECORD_VERSION) await writeAtomic(`${file}.v${version}.bak`, before);
  await writeAtomic(file, `${JSON.stringify(record, null, 2)}\n`);
}

function parseRecord(text: string, file: string): MachineRecord {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw damaged(file, 'It is not complete JSON: the disk may have been full, or an editor cut it.', error);
  }
  const version = typeof value === 'object' && value !== null ? value['version'] : undefined;
  if (typeof version !== 'number') throw damaged(file, 'It has no version number.');
  if (version > RECORD_VERSION) {
    throw new B2dError(`${file} was written by a newer b2d.`, {
      exit: 'stateUnreadable',
      reason: `It has format version ${version}; this b2d reads up to ${RECORD_VERSION}.`,
      remedy: 'Install the newer b2d again. The file and the data disk were not touched.',
    });
  }
  for (let step = version; step < RECORD_VERSION; step++) value = (migrations[step] as Migration)(value);
  const missing = firstInvalid(value);
  if (missing !== undefined) throw damaged(file, `Its "${missing}" is missing or of the wrong kind.`);
  return value as unknown as MachineRecord;
}

function firstInvalid(value: Record<string, unknown>): string | undefined {
  const kinds: Record<Exclude<keyof MachineRecord, 'version' | OptionalKey>, string> = {
    name: 'string', uuid: 'string', createdAt: 'string', driver: 'string', cpus: 'number', memoryMiB: 'number', diskMiB: 'number',
    image: 'object', dataDiskMade: 'boolean', ports: 'object', extra: 'object',
  };
  const optional: Record<OptionalKey, string> = { bootedImage: 'string', previousImage: 'object', trial: 'boolean', data: 'object', shares: 'object', hostAccess: 'boolean' };
  const isOf = (key: string, kind: string): boolean => typeof value[key] === kind && value[key] !== null;
  return Object.entries(kinds).find(([key, kind]) => !isOf(key, kind))?.[0]
    ?? Object.entries(optional).find(([key, kind]) => value[key] !== undefined && !isOf(key, kind))?.[0]
    ?? (value['shares'] === undefined || (Array.isArray(value['shares']) && value['shares'].every(isShare)) ? undefined : 'shares');
}

function isShare(value: unknown): value is ShareRecord {
  const { hostPath, guestPath, readOnly, owner } = (value ?? {}) as Partial<ShareRecord>;
  const owned = owner === undefined || (Number.isInteger(owner?.uid) && Number.isInteger(owner?.gid));
  return typeof hostPath === 'string' && typeof guestPath === 'string' && isGuestPath(guestPath) && typeof readOnly === 'boolean' && owned;
}

function damaged(file: string, reason: string, cause?: unknown): B2dError {
  return new B2dError(`${file} cannot be read.`, {
    exit: 'stateUnreadable',
    reason,
    remedy: [
      `Mend it by hand, or restore it from a backup.`,
      `To start anew with the same data disk, move the file away and run: b2d init`,
    ],
    cause,
  });
}

/** Names of all machines: the folders with a machine.json. */
export async function listMachines(directory: string): Promise<string[]> {
  const entries = await fs.readdir(directory, { withFileTypes: true }).catch(() => []);
  const names = [];
  for (const entry of entries) {
    if (entry.isDirectory() && (await fs.access(`${directory}/${entry.name}/machine.json`).then(() => true, () => false))) names.push(entry.name);
  }
  return names.sort();
}
