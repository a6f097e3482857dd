import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { inspectIso } from '../../src/image/iso9660.ts';

const iso = path.resolve(import.meta.dirname, '../../iso');
const run = promisify(execFile);

interface Manifest {
  version: string;
  size: number;
  sha256: string;
  engine: { docker: string };
  data: { format: number; storageDrivers: string[] };
  boot: Record<'kernel' | 'initrd', { offset: number; size: number }>;
  sources: { package: string; version: string; licence: string }[];
}

async function built(): Promise<{ image: Buffer; manifest: Manifest }> {
  const image = await fs.readFile(path.join(iso, 'out/b2d-amd64.iso'));
  return { image, manifest: JSON.parse(await fs.readFile(path.join(iso, 'out/manifest.json'), 'utf8')) as Manifest };
}

// Needs a built image: npm test takes or builds one first. Packing needs root, as the build does.
describe('the built image', () => {
  const whenRoot = process.getuid?.() === 0 ? test : test.skip;

  whenRoot(
    'packed once more from the same parts has the same bytes',
    async () => {
      const { stdout } = await run('bash', [path.join(iso, 'build.sh'), '--again']);
      expect(stdout.trim()).toMatch(/^[0-9a-f]{64}$/);
    },
    900_000,
  );

  test('is within 24 MiB and is what its manifest says', async () => {
    const { image, manifest } = await built();
    expect(image.length).toBeLessThanOrEqual(24 * 1024 * 1024);
    expect(manifest.size).toBe(image.length);
    expect(manifest.sha256).toBe(createHash('sha256').update(image).digest('hex'));
  });

  test('states its version where the host looks, and holds kernel and initramfs where the manifest says', async () => {
    const { image, manifest } = await built();
    expect(await inspectIso(path.join(iso, 'out/b2d-amd64.iso'))).toMatchObject({ volumeId: 'B2D', version: manifest.version, arch: 'amd64', engine: manifest.engine.docker, data: manifest.data });
    // Documentation/arch/x86/boot.rst: "HdrS" at 0x202. RFC 8878, 3.1.1: Zstandard's magic number.
    expect(image.toString('latin1', manifest.boot.kernel.offset + 0x202, manifest.boot.kernel.offset + 0x206)).toBe('HdrS');
    expect(image.readUInt32LE(manifest.boot.initrd.offset)).toBe(0xfd2fb528);
  });

  test('names every source with version and licence', async () => {
    const { sources } = (await built()).manifest;
    const names = sources.map((source) => source.package);
    expect(names).toEqual(expect.arrayContaining(['docker.io', 'containerd', 'linux', 'busybox', 'crun', 'dnsmasq', 'dropbear', 'e2fsprogs', 'iptables', 'openssh', 'tini', 'musl', 'glibc']));
    for (const source of sources) {
      expect(source.version).not.toBe('');
      expect(source.licence).not.toBe('unknown');
    }
  });
});
