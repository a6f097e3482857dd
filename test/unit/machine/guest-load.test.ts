import { expect, test } from '@jest/globals';
import { loadReader, type GuestLoad } from '../../../src/machine/guest-load.ts';

/** What the guest's /proc and df print, with so many ticks busy and idle. */
const reading = (busy: number, idle: number, available = 600_000): string => `cpu  ${busy} 0 0 ${idle} 0 0 0 0 5 5
cpu0 1 0 0 1 0 0 0 0 0 0
cpu1 1 0 0 1 0 0 0 0 0 0
intr 1 2 3
MemTotal:        1000000 kB
MemFree:          100000 kB
MemAvailable:     ${available} kB
SwapTotal:        500000 kB
SwapFree:         400000 kB
Filesystem           1K-blocks      Used Available Use% Mounted on
/dev/vda              64000000   2000000  60000000   4% /var/lib/docker
--b2d--
`;

function loads(...texts: string[]): GuestLoad[] {
  const found: GuestLoad[] = [];
  const read = loadReader((load) => found.push(load));
  for (const text of texts) read(text);
  return found;
}

test('the first reading says nothing of the processor; the second tells what was busy between them', () => {
  expect(loads(reading(100, 100))).toEqual([]);
  expect(loads(reading(100, 100), reading(125, 175))).toEqual([{
    cpus: 2, cpuPercent: 25,
    memory: { totalBytes: 1_000_000 * 1024, usedBytes: 400_000 * 1024 }, swap: { totalBytes: 500_000 * 1024, usedBytes: 100_000 * 1024 },
    disk: { sizeBytes: 64_000_000 * 1024, usedBytes: 2_000_000 * 1024, freeBytes: 60_000_000 * 1024 },
  }]);
});

test('readings may come in any pieces', () => {
  const text = reading(0, 0) + reading(10, 10) + reading(10, 30, 0);
  expect(loads(...text)).toEqual(loads(text));
  expect(loads(text).map(({ cpuPercent, memory }) => [cpuPercent, memory.usedBytes])).toEqual([[50, 400_000 * 1024], [0, 1_000_000 * 1024]]);
});

test('two readings within one tick, and counters that ran backwards, are no load', () => {
  expect(loads(reading(5, 5), reading(5, 5), reading(4, 5)).map(({ cpuPercent }) => cpuPercent)).toEqual([0, 0]);
});
