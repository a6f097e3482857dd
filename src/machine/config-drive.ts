import { pack } from 'tar-stream';
import { writePrivate } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';

/** The guest knows the drive by this first member; its content is the format's version. */
export const CONFIG_DRIVE_MARK = 'b2d-config';
const FORMAT_VERSION = '1\n';

/** Real VirtualBox refuses smaller media, and a DVD is read in sectors of 2048 bytes (ECMA-119, 6.1.2). */
const MINIMUM_SIZE = 64 * 1024;
const SECTOR = 2048;

/** What the guest is given before it boots. Keys are the member names of docs/guest-start.md; values their whole contents. */
export type ConfigDriveFiles = Readonly<Record<string, string>>;

/**
 * The config drive's bytes: a plain tar that the guest reads from the raw device, padded to what a DVD drive takes.
 * Members are sorted, so the same input gives the same bytes.
 */
export async function configDrive(files: ConfigDriveFiles): Promise<Buffer> {
  const tar = pack();
  const member = (name: string, content: string): void => {
    tar.entry({ name, mode: 0o600, uid: 0, gid: 0, mtime: new Date(0), type: 'file' }, content);
  };
  member(CONFIG_DRIVE_MARK, FORMAT_VERSION);
  for (const name of Object.keys(files).sort()) member(name, files[name] as string);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const size = Math.max(MINIMUM_SIZE, Math.ceil(bytes.length / SECTOR) * SECTOR);
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

/** Writes the config drive, readable by this user alone: it holds private keys. */
export async function writeConfigDrive(platform: Platform, file: string, files: ConfigDriveFiles): Promise<void> {
  await writePrivate(platform, file, await configDrive(files));
}
