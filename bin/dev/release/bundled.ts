import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { B2dError } from '../../../src/errors.ts';

interface LockedPackage {
  version: string;
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
  peer?: boolean;
  hasInstallScript?: boolean;
}

/** What Node never loads: type declarations, source maps, and native parts for the runtime Bare. Together more than half of the files, and of the bytes. */
const NOT_NEEDED = /\.(d\.[cm]?ts|map|bare)$/;

/**
 * Copies the packages that b2d runs with, as the lock file names them and as they are installed and tested here, into a folder's node_modules.
 * Native parts, all of them optional, are left out: the packages that need a compiler, what was compiled, and every request for them, for
 * which npm would ask a registry.
 * @throws B2dError where another version is installed than the lock file has
 */
export async function copyBundled(root: string, folder: string): Promise<void> {
  const { packages } = JSON.parse(await fs.readFile(path.join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> };
  for (const [place, locked] of Object.entries(packages)) {
    if (place === '' || locked.dev || locked.optional || locked.devOptional || locked.peer) continue;
    await copyPackage(path.join(root, place), path.join(folder, place), locked);
  }
}

async function copyPackage(from: string, to: string, locked: LockedPackage): Promise<void> {
  const packageJson = JSON.parse(await fs.readFile(path.join(from, 'package.json'), 'utf8').catch(() => '{}')) as Record<string, unknown>;
  if (packageJson['version'] !== locked.version) {
    throw new B2dError(`${from} is not what package-lock.json says.`, { reason: `Version ${locked.version} belongs there; ${packageJson['version'] ?? 'none'} is installed.`, remedy: 'npm ci' });
  }
  const real = await fs.realpath(from);
  // Packages inside this one have entries of their own in the lock file. A folder with config.gypi is what node-gyp compiled on this very machine.
  const wanted = (source: string): boolean => !NOT_NEEDED.test(source) && source !== path.join(real, 'node_modules') && !existsSync(path.join(source, 'config.gypi'));
  await fs.cp(real, to, { recursive: true, filter: wanted });
  if (packageJson['optionalDependencies'] === undefined && !locked.hasInstallScript) return;
  const { optionalDependencies: _, scripts: __, ...rest } = packageJson;
  await fs.writeFile(path.join(to, 'package.json'), `${JSON.stringify(rest, null, 2)}\n`);
}
