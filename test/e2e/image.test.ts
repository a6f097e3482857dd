import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { inspectIso } from '../../src/image/iso9660.ts';
import { IMAGE } from '../support/b2d.ts';

/** 24 MiB, the size boot2docker had. */
const LIMIT = 25_165_824;

const manifest = JSON.parse(fs.readFileSync(path.join(path.dirname(IMAGE), 'manifest.json'), 'utf8'));

describe('the image', () => {
  test('has at most 24 MiB', () => {
    expect(fs.statSync(IMAGE).size).toBeLessThanOrEqual(LIMIT);
  });

  test('is the one its manifest describes', async () => {
    const version = JSON.parse(fs.readFileSync('package.json', 'utf8')).version;
    expect(manifest).toMatchObject({ version, size: fs.statSync(IMAGE).size, sha256: createHash('sha256').update(fs.readFileSync(IMAGE)).digest('hex') });
    expect(await inspectIso(IMAGE)).toMatchObject({ volumeId: 'B2D', version });
  });

  test('names every Debian source package with its version and licence', () => {
    const names = manifest.sources.map((source: { package: string }) => source.package);
    expect(names).toEqual(expect.arrayContaining(['docker.io', 'containerd', 'linux', 'busybox', 'crun', 'iptables', 'e2fsprogs', 'dropbear', 'openssh', 'tini']));
    for (const source of manifest.sources) expect(source).toMatchObject({ version: expect.stringMatching(/./), licence: expect.stringMatching(/./) });
  });

  // The build needs root; the slow parts come from the cache that the build before left.
  (process.getuid?.() === 0 ? test : test.skip)('has the same bytes when its last step is done again', () => {
    execFileSync('bash', ['iso/build.sh', '--again'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }, 900_000);
});
