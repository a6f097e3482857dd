import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { download } from '../../src/image/download/download.ts';
import type { Downloaded, DownloadOptions, Transfer } from '../../src/image/download/options.ts';
import { hostPlatform } from '../../src/platform/platform.ts';
import { serve, type Handler, type TestServer } from './http-faults.ts';
import { awkwardFolder, removeFolder } from './temp.ts';

/** Bytes that do not repeat, so that a piece in the wrong place changes the digest. */
export function content(size: number): Buffer {
  return crypto.createHash('shake256', { outputLength: size }).update('b2d').digest();
}

export const digestOf = (bytes: Buffer): string => crypto.createHash('sha256').update(bytes).digest('hex');

/** A folder to download into, with what a download told; its waits between tries take no time and are noted. */
export class DownloadFolder {
  readonly folder: string;
  readonly partial: string;
  readonly target: string;
  readonly sleeps: number[] = [];
  readonly notes: string[] = [];
  readonly progress: Transfer[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.partial = path.join(folder, 'x.partial');
    this.target = path.join(folder, 'x.iso');
  }

  static async create(): Promise<DownloadFolder> {
    return new DownloadFolder(await awkwardFolder('b2d-download'));
  }

  fetch(url: string, options: Partial<DownloadOptions> = {}): Promise<Downloaded> {
    return download({
      platform: hostPlatform(),
      url,
      partial: this.partial,
      lock: path.join(this.folder, 'locks', 'x.lock'),
      target: () => this.target,
      onNote: (text) => this.notes.push(text),
      onProgress: (transfer) => this.progress.push(transfer),
      clock: { sleep: async (ms) => void this.sleeps.push(ms), random: () => 1 },
      ...options,
    });
  }

  /** What is there, but for the locks. */
  async files(): Promise<string[]> {
    return (await fs.readdir(this.folder)).filter((name) => name !== 'locks').sort();
  }

  dispose(): Promise<void> {
    return removeFolder(this.folder);
  }
}

/** What a test of downloads works with. */
export interface DownloadFixture {
  /** Where it downloads to. */
  readonly box: DownloadFolder;
  /** Where from: the last that was started. */
  readonly server: TestServer;
  /** Starts a server. @returns the address of a file there */
  start(handler: Handler, tls?: { key: string; cert: string }): Promise<string>;
}

/** A folder of its own for each test of the file, and servers that end with the test. */
export function downloadFixture(): DownloadFixture {
  let box: DownloadFolder | undefined;
  const servers: TestServer[] = [];
  beforeEach(async () => { box = await DownloadFolder.create(); });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    await box?.dispose();
  });
  return {
    get box() {
      return box as DownloadFolder;
    },
    get server() {
      return servers.at(-1) as TestServer;
    },
    async start(handler, tls) {
      servers.push(await serve(handler, tls));
      return `${servers.at(-1)?.base}/x.iso`;
    },
  };
}
