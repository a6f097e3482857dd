import { readDf } from './data-disk.ts';

/** Where the engine's data is; the data disk, where there is one. */
const DATA = '/var/lib/docker';
/** Ends a reading; no program prints it. */
const END = '--b2d--';

/** What the guest uses just now. Sizes are in bytes. */
export interface GuestLoad {
  cpus: number;
  /** Of all CPUs together, since the reading before: 0 to 100. */
  cpuPercent: number;
  memory: { totalBytes: number; usedBytes: number };
  swap: { totalBytes: number; usedBytes: number };
  disk: { sizeBytes: number; usedBytes: number; freeBytes: number };
}

/** A line of the guest's shell that prints a reading at once and then one every so many seconds; the second comes after a second, since a processor's load takes two. */
export function loadCommand(intervalSeconds: number): string {
  return `pause=1; while cat /proc/stat /proc/meminfo && df -k ${DATA} && echo ${END}; do sleep $pause; pause=${intervalSeconds}; done`;
}

/** Takes the text of `loadCommand` as it comes, and gives what each reading after the first says. */
export function loadReader(onLoad: (load: GuestLoad) => void): (text: string) => void {
  let pending = '';
  let before: CpuTimes | undefined;
  return (text) => {
    const readings = (pending + text).split(`${END}\n`);
    pending = readings.pop() ?? '';
    for (const reading of readings) {
      const times = cpuTimes(reading);
      if (before !== undefined) onLoad({ cpus: [...reading.matchAll(/^cpu\d+ /gm)].length, cpuPercent: percent(before, times), ...memoryOf(reading), disk: readDf(reading) });
      before = times;
    }
  };
}

interface CpuTimes {
  total: number;
  idle: number;
}

/** https://docs.kernel.org/filesystems/proc.html, 1.7: user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of user and nice. */
function cpuTimes(reading: string): CpuTimes {
  const times = (/^cpu +(.*)$/m.exec(reading)?.[1] ?? '').split(' ').slice(0, 8).map(Number);
  return { total: times.reduce((sum, time) => sum + time, 0), idle: (times[3] ?? 0) + (times[4] ?? 0) };
}

function percent(before: CpuTimes, now: CpuTimes): number {
  const total = now.total - before.total;
  const busy = total - (now.idle - before.idle);
  return total <= 0 ? 0 : Math.min(100, Math.max(0, Math.round((busy / total) * 1000) / 10));
}

function memoryOf(reading: string): Pick<GuestLoad, 'memory' | 'swap'> {
  const bytes = (key: string): number => Number(new RegExp(`^${key}: +(\\d+) kB$`, 'm').exec(reading)?.[1] ?? 0) * 1024;
  const use = (total: number, free: number): { totalBytes: number; usedBytes: number } => ({ totalBytes: total, usedBytes: total - free });
  return { memory: use(bytes('MemTotal'), bytes('MemAvailable')), swap: use(bytes('SwapTotal'), bytes('SwapFree')) };
}
