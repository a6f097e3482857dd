import fs from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../../support/sshd.ts';
import { Counter } from '../counter/counter.ts';
import { followStart, type Start } from './follow.ts';
import { Guest, type GuestOptions } from './qemu.ts';
import type { Recipe } from './recipe.ts';

export interface CountOptions {
  qemu: string;
  plugin: string;
  /** Prepared by the recipe. */
  folder: string;
  hardware: Pick<GuestOptions, 'disk' | 'cds' | 'extraDisk' | 'direct'>;
  memoryMiB: number;
  timeoutMs: number;
}

/** How long a guest may take to obey the power button under software emulation. */
const SHUTDOWN_MS = 180_000;

/** Starts a guest under software emulation with the counting plugin, follows it until its engine answers, and shuts it down. */
export async function countStart(recipe: Recipe, { qemu, plugin, folder, hardware, memoryMiB, timeoutMs }: CountOptions): Promise<Start> {
  const counter = new Counter(path.join(folder, 'counter'));
  await fs.rm(counter.file, { force: true });
  const port = await freePort();
  const guest = await Guest.start({ qemu, folder, memoryMiB, accelerator: 'tcg', ...hardware, ports: new Map([[2376, port]]), extraArguments: ['-plugin', counter.argument(plugin)] });
  try {
    const start = await followStart({
      counter, timeoutMs, consoleFile: guest.consoleFile, engineLine: recipe.engineLine, fatalLine: recipe.fatalLine,
      endpoint: async () => ({ host: '127.0.0.1', port, certPath: path.join(folder, 'docker') }),
      check: () => guest.check(),
    });
    if (!(await guest.shutdown(SHUTDOWN_MS))) process.stderr.write(`A guest did not obey the power button within ${SHUTDOWN_MS / 1000} s; its plug was pulled.\n`);
    return start;
  } finally {
    await guest.powerOff();
  }
}
