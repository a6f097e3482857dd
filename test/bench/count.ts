/**
 * Counts starts of an image without b2d around it: for whoever works on iso/.
 *
 *   node test/bench/count.ts [--iso FILE] [--starts N] [--memory MIB] [--timeout SECONDS] [--keep]
 *
 * The first start finds a blank data disk and formats it; `--starts 2` shows the second one too.
 * `--keep` leaves the folder with the console's log. Needs Node 24, qemu-system-x86_64, qemu-img and gcc.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../../src/output/table.ts';
import { IMAGE } from '../support/b2d.ts';
import { plainFolder } from '../support/temp.ts';
import { tool } from '../support/tools.ts';
import { compilePlugin, Counter } from './counter/counter.ts';
import { countImageStart, prepareImageGuest } from './start/image-guest.ts';
import { billions, phases } from './start/phases.ts';

const { values } = parseArgs({
  options: {
    iso: { type: 'string', default: IMAGE },
    starts: { type: 'string', default: '1' },
    memory: { type: 'string', default: '2048' },
    timeout: { type: 'string', default: '600' },
    keep: { type: 'boolean', default: false },
  },
});

const qemu = tool('qemu-system-x86_64', 'qemu-system-x86');
const folder = await plainFolder('b2d-count');
try {
  const plugin = await compilePlugin(qemu, folder);
  await prepareImageGuest(folder);
  for (let number = 1; number <= Number(values.starts); number++) {
    const counter = new Counter(path.join(folder, 'counter'));
    const start = await countImageStart({
      qemu, folder, plugin, counter, iso: path.resolve(values.iso), memoryMiB: Number(values.memory), timeoutMs: Number(values.timeout) * 1000,
    });
    const rows = phases(start).map(({ name, instructions, seconds }) => [name, billions(instructions).padStart(8), seconds.toFixed(2).padStart(7)]);
    console.log(`Start ${number}${number === 1 ? ' (formats the data disk)' : ''}: Docker ${start.version}, 1 CPU, ${values.memory} MiB, software emulation`);
    console.log(`${formatTable([['phase', '10^9 in.', 'seconds'], ...rows])}\n`);
  }
} finally {
  if (values.keep) console.error(`Console and disk: ${folder}`);
  else await fs.rm(folder, { recursive: true, force: true });
}
