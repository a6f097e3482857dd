/** Downloads argv[2] into the folder argv[3], the authorities in the file argv[4] trusted too, and prints how long that took and the process's peak memory. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { download } from '../../../src/image/download/download.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';

export interface Measured {
  sha256: string;
  ms: number;
  peakBytes: number;
}

const [url = '', folder = '', ca = ''] = process.argv.slice(2);
const fetch = (address: string, name: string) => download({
  platform: hostPlatform(), url: address, partial: path.join(folder, `${name}.partial`), lock: path.join(folder, `${name}.lock`), target: () => path.join(folder, `${name}.iso`), onProgress: () => undefined, ca: [ca],
});

await fetch(new URL('/1', url).href, 'warm'); // loads the libraries, which is the start of a command and not of its download
const begin = performance.now();
const { sha256 } = await fetch(url, 'b2d');
const ms = performance.now() - begin;
for (const name of ['warm', 'b2d']) await fs.rm(path.join(folder, `${name}.iso`));
console.log(JSON.stringify({ sha256, ms, peakBytes: process.resourceUsage().maxRSS * 1024 } satisfies Measured));
