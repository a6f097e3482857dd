import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** A program of a Debian package that need not be installed, in the build cache: the newest, or of a suite as `bookworm`. `file` is its place in the package. */
export async function debianProgram(packageName: string, file: string, suite?: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['test/support/debian-package.sh', packageName, ...(suite === undefined ? [] : [suite])]);
  return path.join(stdout.trim(), file);
}
