/** Downloads in a process of its own: node download-process.ts JSON. Prints what came of it as JSON, and what it tells meanwhile on stderr. */
import path from 'node:path';
import { download } from '../../src/image/download/download.ts';
import type { DownloadOptions } from '../../src/image/download/options.ts';
import { hostPlatform } from '../../src/platform/platform.ts';

const { folder, ...options } = JSON.parse(process.argv[2] as string) as { folder: string } & Partial<DownloadOptions> & { url: string };
try {
  const result = await download({
    platform: hostPlatform(),
    partial: path.join(folder, 'x.partial'),
    lock: path.join(folder, 'locks', 'x.lock'),
    target: () => path.join(folder, 'x.iso'),
    onNote: (text) => process.stderr.write(`${text}\n`),
    ...options,
  });
  console.log(JSON.stringify(result));
} catch (error) {
  console.log(JSON.stringify(error));
  process.exitCode = 1;
}
