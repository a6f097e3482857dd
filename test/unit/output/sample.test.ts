import { expect, test } from '@jest/globals';
import type { Sample } from '../../../src/machine/watch.ts';
import { sampleLine, sampleLines } from '../../../src/output/sample.ts';

const GIB = 1024 ** 3;
const running: Sample = {
  time: '2026-01-01T10:00:00.123Z', name: 'dev', state: 'running', host: { pid: 7, memoryBytes: GIB, diskBytes: 3 * GIB },
  guest: { cpus: 2, cpuPercent: 12.34, memory: { totalBytes: 2 * GIB, usedBytes: GIB }, swap: { totalBytes: GIB, usedBytes: 0 }, disk: { sizeBytes: 60 * GIB, usedBytes: 2 * GIB, freeBytes: 58 * GIB } },
};

test('a line each in a log', () => {
  expect(sampleLine(running)).toBe('2026-01-01T10:00:00Z  running  CPU 12.3 % of 2  memory 1.0 GiB of 2.0 GiB  disk 2.0 GiB of 60.0 GiB  this computer memory 1.0 GiB, disk file 3.0 GiB');
  expect(sampleLine({ ...running, state: 'stopped', guest: undefined, host: {} } as Sample)).toBe('2026-01-01T10:00:00Z  stopped');
});

test('a few lines on a terminal, with why a guest says nothing', () => {
  expect(sampleLines(running).slice(1)).toEqual(['CPU            12.3 % of 2', 'memory         1.0 GiB of 2.0 GiB', 'disk           2.0 GiB of 60.0 GiB', 'this computer  memory 1.0 GiB, disk file 3.0 GiB']);
  expect(sampleLines({ time: running.time, name: 'dev', state: 'running', host: {}, error: 'It does not answer.' }).slice(1)).toEqual(['note  It does not answer.']);
});
