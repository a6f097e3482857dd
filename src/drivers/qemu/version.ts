import type { Platform } from '../../platform/platform.ts';

/** The oldest QEMU that has all b2d asks for: the balloon's free page reporting is of 5.1. */
export const OLDEST = [5, 1] as const;

/** The emulator's version from `--version`; `supported` is false below the oldest, newer and unknown ones are accepted. */
export async function qemuVersion(platform: Platform, emulator: string): Promise<{ text: string; supported: boolean }> {
  const { stdout } = await platform.run(emulator, ['--version'], { timeoutMs: 20_000 });
  const match = /version (\d+)\.(\d+)[^\s(]*/.exec(stdout);
  if (!match) return { text: 'unknown', supported: true };
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return { text: match[0].slice('version '.length), supported: major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]) };
}
