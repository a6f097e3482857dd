import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { TestHome } from '../support/b2d.ts';
import { withCleanup } from './cleanup.ts';
import { numbersTable, type Report } from './report.ts';

const ROUNDS = 60;
const WARM_UP = 3;
/** `b2d env` runs at every start of a shell: hardly more than Node's own start. */
const TARGET = 1.2;

const program = path.resolve(import.meta.dirname, '..', '..', 'bin', 'b2d.js');
const BASE = 'node -e 0';
const COMMANDS: Record<string, string[]> = {
  [BASE]: ['-e', '0'],
  'b2d --version': [program, '--version'],
  'b2d env': [program, 'env', '--shell', 'bash'],
  'b2d status': [program, 'status'],
};

/** What commands cost beside an empty Node, in turn with it, so that a busy machine slows all alike. */
export async function cli(): Promise<Report> {
  const home = await TestHome.create();
  return withCleanup(() => home.dispose(), async () => {
    process.stderr.write('cli: starting a machine for b2d env and b2d status\n');
    await home.must(['up']);
    const times = await measure(home.env);
    const base = quantile(times.get(BASE) ?? [], 0.5);
    const rows = [...times].map(([name, all]) => ({ name, ratio: quantile(all, 0.5) / base, cells: [0.5, 0.1, 0.9].map((q) => quantile(all, q)) }));
    return {
      blocks: [
        `Commands: ${ROUNDS} rounds in turn, wall time in ms, Node ${process.versions.node}`,
        numbersTable(['command', 'median', '10 %', '90 %', 'ratio'], rows.map((row) => [row.name, ...row.cells.map((value) => value.toFixed(1)), row.ratio.toFixed(2)])),
      ],
      goals: rows.filter(({ name }) => name === 'b2d env' || name === 'b2d --version').map((row) => ({
        what: `${row.name} / ${BASE}`, goal: TARGET.toFixed(2), measured: row.ratio.toFixed(2), met: row.ratio <= TARGET,
      })),
    };
  });
}

/** Milliseconds of every run, by command. Each round begins with another command. */
async function measure(env: NodeJS.ProcessEnv): Promise<Map<string, number[]>> {
  const entries = Object.entries(COMMANDS);
  const times = new Map(entries.map(([name]) => [name, [] as number[]]));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    await setImmediate(); // a signal is heard
    for (let turn = 0; turn < entries.length; turn++) {
      const [name, args] = entries[(round + WARM_UP + turn) % entries.length] as [string, string[]];
      const begin = process.hrtime.bigint();
      const { status, stderr } = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
      const took = Number(process.hrtime.bigint() - begin) / 1e6;
      if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
      if (round >= 0) times.get(name)?.push(took);
    }
  }
  return times;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}
