import fs from 'node:fs/promises';
import path from 'node:path';
import { IMAGE } from '../support/b2d.ts';
import { numbersTable, ratio, type Report } from './report.ts';

/** 24 MiB: what the product promises. */
const LIMIT = 25_165_824;
const AIM = 24_000_000;

interface Manifest {
  size: number;
  sha256: string;
  kernel: { release: string };
  engine: { docker: string; containerd: string };
  boot: Record<'kernel' | 'initrd', { path: string; size: number }>;
}

/** The image's bytes and what takes them. The build prints what takes the initramfs. */
export async function size(): Promise<Report> {
  const { size: bytes } = await fs.stat(IMAGE);
  const manifest = JSON.parse(await fs.readFile(path.join(path.dirname(IMAGE), 'manifest.json'), 'utf8')) as Manifest;
  if (manifest.size !== bytes) throw new Error(`${IMAGE} has ${bytes} bytes and its manifest says ${manifest.size}: build it again with npm run build:iso`);
  const { kernel, initrd } = manifest.boot;
  const parts: Array<[string, number]> = [
    [`kernel ${manifest.kernel.release}`, kernel.size],
    [`initramfs: Docker ${manifest.engine.docker}, containerd ${manifest.engine.containerd}, tools`, initrd.size],
    ['boot loaders, file system, padding', bytes - kernel.size - initrd.size],
  ];
  const number = (value: number): string => value.toLocaleString('en-US');
  return {
    blocks: [
      `Size: ${path.basename(IMAGE)}`,
      numbersTable(['part', 'bytes', 'share'], [...parts, ['the image', bytes] as const].map(([name, value]) => [name, number(value), ratio(value, bytes)])),
    ],
    goals: [
      { what: 'size of the image', goal: `${number(LIMIT)} bytes`, measured: number(bytes), met: bytes <= LIMIT },
      { what: 'size of the image, aim', goal: `${number(AIM)} bytes`, measured: number(bytes), met: bytes <= AIM },
    ],
  };
}
