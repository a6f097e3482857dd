/**
 * Counts starts of an image without b2d around it: for whoever works on iso/.
 *
 *   node test/bench/count.ts [--iso FILE | --kernel FILE --initrd FILE | --debian] [--starts N] [--memory MIB] [--timeout SECONDS] [--keep]
 *
 * The first start finds a blank data disk and formats it; `--starts 2` shows the second one too. `--debian` counts the virtual
 * machine that the image is compared with. `--keep` leaves each start's console as console-N.log in the current folder.
 * Needs the project's Node, qemu-system-x86_64, qemu-img and gcc.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/errors.ts';
import { IMAGE } from '../support/b2d.ts';
import { tool } from '../support/tools.ts';
import { cleanUpOnSignals } from './cleanup.ts';
import { compilePlugin } from './counter/counter.ts';
import { numbersTable } from './report.ts';
import { countStart } from './start/count-start.ts';
import { debianRecipe, debianVm } from './start/debian.ts';
import { imageRecipe, type Booted } from './start/image.ts';
import { billions, phases } from './start/phases.ts';
import { withFolder } from './with-folder.ts';

const { values } = parseArgs({
  options: {
    debian: { type: 'boolean', default: false },
    kernel: { type: 'string' },
    initrd: { type: 'string' },
    iso: { type: 'string', default: IMAGE },
    starts: { type: 'string', default: '1' },
    memory: { type: 'string', default: '2048' },
    timeout: { type: 'string', default: '600' },
    keep: { type: 'boolean', default: false },
  },
});

const qemu = tool('qemu-system-x86_64', 'qemu-system-x86');
cleanUpOnSignals();
await withFolder(async (folder) => {
  const plugin = await compilePlugin(qemu, folder);
  const recipe = values.debian ? debianRecipe(await debianVm()) : imageRecipe(booted());
  const hardware = await recipe.prepare(folder);
  for (let number = 1; number <= Number(values.starts); number++) {
    const start = await countStart(recipe, { qemu, plugin, folder, hardware, memoryMiB: Number(values.memory), timeoutMs: Number(values.timeout) * 1000 });
    const rows = phases(start).map(({ name, instructions, seconds }) => [name, billions(instructions), seconds.toFixed(2)]);
    console.log(`Docker ${start.version}, 1 CPU, ${values.memory} MiB, software emulation`);
    console.log(`${numbersTable([`start ${number}`, '10^9', 'seconds'], rows)}\n`);
    if (values.keep) await fs.copyFile(path.join(folder, 'console.log'), `console-${number}.log`);
  }
}).catch((error: unknown) => {
  console.error(`The start was not counted: ${messageOf(error)}`);
  process.exitCode = 1;
});

function booted(): Booted {
  const { iso, kernel, initrd } = values;
  return kernel && initrd ? { kernel: path.resolve(kernel), initrd: path.resolve(initrd) } : { iso: path.resolve(iso) };
}
