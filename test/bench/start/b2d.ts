import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { machinePaths } from '../../../src/machine/paths.ts';
import { readRecord } from '../../../src/machine/record.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import type { TestHome } from '../../support/b2d.ts';
import type { Counter } from '../counter/counter.ts';
import { followStart, type Start } from './follow.ts';
import { IMAGE_LINES } from './image.ts';

const b2dProgram = path.resolve(import.meta.dirname, '..', '..', '..', 'bin', 'b2d.js');
const TIMEOUT_MS = 600_000;

/** A start by `b2d up`. */
export interface UpStart extends Start {
  /** Seconds of `b2d up` before the machine was powered on, and of all of it. */
  hostSeconds: { before: number; all: number };
}

/** Runs `b2d up` with the counting plugin and follows the guest meanwhile; the machine goes on running. */
export async function countUp(home: TestHome, plugin: string, counter: Counter): Promise<UpStart> {
  await fs.rm(counter.file, { force: true });
  const paths = machinePaths(hostPlatform(), home.home, 'default');
  await fs.rm(paths.console, { force: true }); // the last start's lines must not be taken for this one's
  const env = { ...home.env, B2D_QEMU_ACCEL: 'tcg', B2D_QEMU_ARGS: JSON.stringify(['-plugin', counter.argument(plugin)]) };
  const begin = process.hrtime.bigint();
  const up = spawn(process.execPath, [b2dProgram, 'up'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  up.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  const end = once(up, 'close').then(() => process.hrtime.bigint());
  try {
    const start = await followStart({
      counter, ...IMAGE_LINES, consoleFile: paths.console, timeoutMs: TIMEOUT_MS,
      endpoint: async () => {
        const port = (await readRecord(paths.record))?.ports.docker;
        return port === undefined ? undefined : { host: '127.0.0.1', port, certPath: paths.docker };
      },
      check: () => failed(up, words),
    });
    const ended = await end;
    failed(up, words);
    return { ...start, hostSeconds: { before: Number(start.loaded.ns - begin) / 1e9, all: Number(ended - begin) / 1e9 } };
  } finally {
    up.kill();
  }
}

function failed(up: ChildProcess, words: string): void {
  if (up.exitCode !== null && up.exitCode !== 0) throw new Error(`b2d up ended with ${up.exitCode}:\n${words}`);
}
