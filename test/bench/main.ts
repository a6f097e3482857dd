/** Runs the benchmarks named as arguments, or all: `npm run bench` prepares what they need and runs this file. */
import { messageOf } from '../../src/errors.ts';
import { cleanUpOnSignals } from './cleanup.ts';
import { cli } from './cli.ts';
import { download } from './download.ts';
import { memory } from './memory.ts';
import { ports } from './ports.ts';
import { goalsTable, type Goal, type Report } from './report.ts';
import { size } from './size.ts';
import { start } from './start.ts';

const benchmarks: Record<string, () => Promise<Report>> = { size, start, memory, cli, ports, download };

const named = process.argv.slice(2);

cleanUpOnSignals();
const goals: Goal[] = [];
for (const name of named.length > 0 ? named : Object.keys(benchmarks)) {
  try {
    const benchmark = benchmarks[name];
    if (!benchmark) throw new Error(`there are only ${Object.keys(benchmarks).join(', ')}`);
    const report = await benchmark();
    console.log(`${report.blocks.join('\n\n')}\n`);
    goals.push(...report.goals);
  } catch (error) {
    console.error(`b2d: the benchmark "${name}" could not run: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
if (goals.length > 0) console.log(goalsTable(goals));
