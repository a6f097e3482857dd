import crypto, { type Hash } from 'node:crypto';
import fs from 'node:fs/promises';
import { readIfThere, storageError, writeAtomic } from '../../platform/files.ts';
import { release } from './memory.ts';

/** What is known of the file that the bytes are the beginning of; kept beside them, so that the next b2d can go on. */
export interface Known {
  /** Without a password in it. */
  url: string;
  /** The digest that is expected. */
  sha256?: string | undefined;
  /** Of the whole file, where the server said. */
  size?: number | undefined;
  etag?: string | undefined;
  /** What names exactly this version of the file in an If-Range: a strong ETag or a Last-Modified. */
  validator?: string | undefined;
  /** The digest it had when it was whole; the bytes then have another name. */
  finished?: string | undefined;
}

const READ_SIZE = 1024 ** 2;
const WRITE_SIZE = 256 * 1024;
/** Of what comes slowly a kill -9 costs no more than the last moment. */
const WRITE_WITHIN_MS = 50;
const SYNC_SIZE = 2 * 1024 ** 2;

/** The sidecar of a partial file: `<name>.partial.json`. */
export function sidecarOf(partial: string): string {
  return `${partial}.json`;
}

/** Does not wait for the disk: what a power cut leaves empty means that nothing is known, and the download begins anew. */
export async function writeKnown(partial: string, known: Known): Promise<void> {
  await writeAtomic(sidecarOf(partial), `${JSON.stringify(known)}\n`, 0o600, { fsync: false });
}

/** What the sidecar says; undefined where there is none, or none that can be read. */
export async function readKnown(partial: string): Promise<Known | undefined> {
  try {
    const known = JSON.parse((await readIfThere(sidecarOf(partial))) ?? 'null') as Known | null;
    return typeof known?.url === 'string' ? known : undefined;
  } catch {
    return undefined;
  }
}

/** Whether more can be put behind the bytes: a digest tells at the end whether they belonged together, or a validator keeps them together. */
export function isResumable(known: Known): boolean {
  return known.sha256 !== undefined || known.validator !== undefined;
}

/** The file of a download under way: its bytes, their digest, and what is known of the whole. */
export class Partial {
  readonly file: string;
  known: Known;
  size = 0;
  /** How many requests brought bytes of it. */
  pieces = 0;
  private readonly handle: fs.FileHandle;
  private hash: Hash = crypto.createHash('sha256');
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private written: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private synced: Promise<void> = Promise.resolve();
  private begunToSync = 0;
  private syncing = false;

  private constructor(file: string, handle: fs.FileHandle, known: Known) {
    [this.file, this.handle, this.known] = [file, handle, known];
  }

  /**
   * Opens the file, made where it is not there. Bytes of an earlier download are kept where they are, by what is known of them, the beginning of the file
   * that is wanted now; their digest is computed.
   */
  static async open(file: string, wanted: Known): Promise<Partial> {
    const usable = await usableKnown(file, wanted);
    try {
      await fs.chmod(file, 0o600).catch(() => undefined); // one that was about to get its name is read-only
      const partial = new Partial(file, await fs.open(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600), usable ?? wanted);
      if (usable !== undefined) await partial.readBack();
      return partial;
    } catch (error) {
      throw storageError('open', file, error);
    }
  }

  /** Drops what is there and notes what will come. The bytes go first: a sidecar never describes those of another file. */
  async begin(known: Known): Promise<void> {
    this.known = known;
    this.hash = crypto.createHash('sha256');
    this.size = this.pieces = this.begunToSync = 0;
    await this.handle.truncate(0).catch((error: unknown) => { throw storageError('write', this.file, error); });
    await writeKnown(this.file, known);
  }

  /**
   * Takes bytes that belong behind those that are there; they must not be used any more then. They are written some at a time, while the next ones come and are
   * digested: a write for each piece that a socket brings would take longer than the transfer.
   */
  async append(bytes: Buffer): Promise<void> {
    this.hash.update(bytes);
    this.size += bytes.length;
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= WRITE_SIZE) await this.writeWaiting();
    else this.timer ??= setTimeout(() => this.writeWaiting().catch(() => undefined), WRITE_WITHIN_MS);
  }

  /** Waits until everything taken is in the file. */
  async flush(): Promise<void> {
    await this.writeWaiting();
    await this.written;
  }

  /** Has what waits written after what is being written, and waits for that. */
  private async writeWaiting(): Promise<void> {
    clearTimeout(this.timer);
    const [pieces, position, before] = [this.waiting, this.size - this.waitingBytes, this.written];
    [this.waiting, this.waitingBytes, this.timer] = [[], 0, undefined];
    this.written = before.then(() => this.write(pieces, position));
    this.written.catch(() => undefined); // told to the next that waits for it
    await before;
  }

  private async write(pieces: readonly Buffer[], position: number): Promise<void> {
    try {
      for (let left = pieces; left.length > 0; ) {
        const { bytesWritten } = await this.handle.writev(left, position);
        position += bytesWritten;
        left = behind(left, bytesWritten);
      }
    } catch (error) {
      throw storageError('write', this.file, error);
    }
    pieces.forEach(release);
    if (!this.syncing && position - this.begunToSync >= SYNC_SIZE) this.beginSync(position);
  }

  /** Has the disk work while more comes: less is left for the end. */
  private beginSync(position: number): void {
    [this.begunToSync, this.syncing] = [position, true];
    this.synced = this.synced.then(() => this.handle.datasync()).finally(() => { this.syncing = false; });
    this.synced.catch(() => undefined); // told by seal: a later sync would not tell it again
  }

  /** Whether a later request may go on behind what is there. */
  get resumable(): boolean {
    return this.size > 0 && isResumable(this.known);
  }

  /** Removes the file and what is known of it. */
  async remove(): Promise<void> {
    await this.close();
    await Promise.all([this.file, sidecarOf(this.file)].map((name) => fs.rm(name, { force: true })));
  }

  /** The digest of all bytes. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }

  /** Brings the bytes to the disk, makes the file read-only and closes it. */
  async seal(): Promise<void> {
    try {
      await Promise.all([this.synced, this.handle.sync()]);
      await this.handle.chmod(0o444);
      await this.handle.close();
    } catch (error) {
      throw storageError('write', this.file, error);
    }
  }

  async close(): Promise<void> {
    await this.synced.catch(() => undefined);
    await this.handle.close();
  }

  private async readBack(): Promise<void> {
    const buffer = Buffer.allocUnsafe(READ_SIZE);
    for (;;) {
      const { bytesRead } = await this.handle.read(buffer, 0, READ_SIZE, this.size);
      if (bytesRead === 0) break;
      this.hash.update(buffer.subarray(0, bytesRead));
      this.size += bytesRead;
    }
    this.pieces = this.size > 0 ? 1 : 0;
  }
}

async function usableKnown(file: string, wanted: Known): Promise<Known | undefined> {
  const known = await readKnown(file);
  if (known === undefined || known.finished !== undefined || known.sha256 !== wanted.sha256) return undefined;
  if (known.url === wanted.url) return isResumable(known) ? known : undefined;
  return wanted.sha256 === undefined ? undefined : wanted; // another mirror: its validators are its own
}

/** What is left of the pieces when so many of their bytes are written. */
function behind(pieces: readonly Buffer[], bytes: number): Buffer[] {
  const left = pieces.map((piece) => {
    const rest = piece.subarray(bytes);
    bytes = Math.max(0, bytes - piece.length);
    return rest;
  });
  return left.filter((piece) => piece.length > 0);
}
