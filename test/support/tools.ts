import { which } from '../../src/platform/which.ts';
import { hostPlatform, type Platform, type RunResult } from '../../src/platform/platform.ts';

/** The path of a program a test needs; a test without it fails with the name of the Debian package, it never skips. */
export function tool(program: string, debianPackage: string): string {
  const platform = hostPlatform();
  const env = { ...platform.env, PATH: `${platform.env['PATH']}:/usr/sbin:/sbin` };
  const found = which({ ...platform, env } satisfies Platform, program);
  if (!found) throw new Error(`This test needs the program "${program}": install the package ${debianPackage}.`);
  return found;
}

/** Runs a tool and throws with its output unless it ends with 0. */
export async function run(file: string, args: readonly string[]): Promise<RunResult> {
  const result = await hostPlatform().run(file, args);
  if (result.code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${result.code}: ${result.stderr}${result.stdout}`);
  return result;
}
