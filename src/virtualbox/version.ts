import type { VirtualBoxVersion } from './virtualbox.ts';

/** Older ones lack options and fixes that a machine needs; Oracle ended 6.1 in 2024. */
export const OLDEST = [7, 0] as const;
/** The newest that was tried. */
export const NEWEST_TRIED = [7, 2] as const;

/**
 * `--version`: `7.2.22_Debianr175245`, `7.1.4r165100`, `7.2.0_BETA1r168000`, `7.0.16_OSE`. Warnings come before it, on standard output: distributions'
 * start scripts print them when the kernel module is not loaded. Undefined where nothing looks like a version.
 */
export function parseVersion(stdout: string): VirtualBoxVersion | undefined {
  const lines = stdout.split(/\r?\n/);
  const at = lines.findLastIndex((line) => /^\s*\d+\.\d+\.\d+\S*\s*$/.test(line));
  if (at < 0) return undefined;
  const text = lines[at]!.trim();
  const [major, minor, patch] = text.split(/[._r]/, 3).map((part) => Number.parseInt(part, 10)) as [number, number, number];
  return { text, major, minor, patch, support: supportOf(major, minor), warnings: paragraphs(lines.slice(0, at)) };
}

function supportOf(major: number, minor: number): VirtualBoxVersion['support'] {
  if (isBelow([major, minor], OLDEST)) return 'too-old';
  return isBelow(NEWEST_TRIED, [major, minor]) ? 'newer' : 'supported';
}

function isBelow(one: readonly [number, number], other: readonly [number, number]): boolean {
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
}

/** Text wrapped over lines, as one line for each paragraph. */
function paragraphs(lines: readonly string[]): string[] {
  const blocks = lines.map((line) => line.trim()).join('\n').split(/\n{2,}/);
  return blocks.map((block) => block.replaceAll('\n', ' ').trim()).filter((block) => block !== '');
}
