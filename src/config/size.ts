const MIB_PER_UNIT: Record<string, number> = { m: 1, g: 1024, t: 1024 * 1024 };

/**
 * A size in MiB: a plain number means MiB; `m`, `g`, `t` (also `MB`, `MiB`, `GiB` ... in any case) are powers of 1024, as Docker takes them.
 * @returns undefined where it is no size, or not a whole number of MiB
 */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*(?:([mgt])(?:i?b|i)?)?\s*$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const mebibytes = Number(digits) * (MIB_PER_UNIT[unit?.toLowerCase() ?? 'm'] ?? 1);
  return Number.isSafeInteger(mebibytes) ? mebibytes : undefined;
}

/** A number of MiB in the unit that reads best: `512 MiB`, `2 GiB`, `1.5 GiB`. */
export function formatMebibytes(mebibytes: number): string {
  const [size, unit] = mebibytes >= 1024 * 1024 ? [mebibytes / 1024 / 1024, 'TiB'] : mebibytes >= 1024 ? [mebibytes / 1024, 'GiB'] : [mebibytes, 'MiB'];
  return `${Math.round(size * 10) / 10} ${unit}`;
}
