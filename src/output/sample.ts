import type { Sample } from '../machine/watch.ts';
import { formatTable } from './table.ts';
import { formatBytes } from './units.ts';

/** A sample as a few lines for a person who watches. */
export function sampleLines(sample: Sample): string[] {
  const rows = parts(sample).map(([label, text]) => [label, text]);
  return [`${sample.name}  ${sample.state}  ${new Date(sample.time).toTimeString().slice(0, 8)}`, ...(rows.length > 0 ? formatTable(rows).split('\n') : [])];
}

/** A sample as one line, for logs. */
export function sampleLine(sample: Sample): string {
  return [sample.time.replace(/\.\d+/, ''), sample.state, ...parts(sample).map(([label, text]) => `${label} ${text}`)].join('  ');
}

function parts({ guest, host, error, detail }: Sample): [string, string][] {
  const of = (used: number, total: number): string => `${formatBytes(used)} of ${formatBytes(total)}`;
  const onHost = [host.memoryBytes !== undefined && `memory ${formatBytes(host.memoryBytes)}`, host.diskBytes !== undefined && `disk file ${formatBytes(host.diskBytes)}`].filter(Boolean);
  return [
    ...(guest ? [
      ['CPU', `${guest.cpuPercent.toFixed(1)} % of ${guest.cpus}`], ['memory', of(guest.memory.usedBytes, guest.memory.totalBytes)],
      ...(guest.swap.usedBytes > 0 ? [['swap', of(guest.swap.usedBytes, guest.swap.totalBytes)]] : []), ['disk', of(guest.disk.usedBytes, guest.disk.sizeBytes)],
    ] as [string, string][] : []),
    ...(onHost.length > 0 ? [['this computer', onHost.join(', ')] as [string, string]] : []),
    ...(error ?? detail ? [['note', (error ?? detail) as string] as [string, string]] : []),
  ];
}
