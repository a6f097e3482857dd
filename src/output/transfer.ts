import { formatBytes, formatDuration } from './units.ts';

/** How far a transfer is, in words: `12.0 of 23.9 MiB, 3.4 MiB/s, 4 s left`. */
export function describeTransfer({ received, total, rate, remainingMs }: { received: number; total: number | undefined; rate: number; remainingMs: number | undefined }): string {
  const parts = [total === undefined ? formatBytes(received) : `${formatBytes(received)} of ${formatBytes(total)}`];
  if (rate > 0) parts.push(`${formatBytes(Math.round(rate))}/s`);
  if (remainingMs !== undefined) parts.push(`${remainingMs < 60_000 ? `${Math.ceil(remainingMs / 1000)} s` : formatDuration(remainingMs)} left`);
  return parts.join(', ');
}
