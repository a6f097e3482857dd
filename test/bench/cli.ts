import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { TestHome } from '../support/b2d.ts';
import { withCleanup } from './cleanup.ts';
import { numbersTable, quantile, type Report } from './report.ts';

const ROUNDS = 80;
const WARM_UP = 3;
/** `b2d env` runs at every start of a shell: hardly more than Node's own start. */
const TARGET = 1.2;

interface Command {
  name: string;
  args: string[];
  /** Has the goal. */
  fast: boolean;
  /** On top of an ordinary shell's variables, where of b2d's own only B2D_HOME is set. */
  env?: NodeJS.ProcessEnv;
}

const program = path.resolve(import.meta.dirname, '..', '..', 'bin', 'b2d.js');
const base: Command = { name: 'node -e 0', args: ['-e', '0'], fast: false };
const commands: Command[] = [
  { name: 'b2d --version', args: [program, '--version'], fast: true },
  { name: 'b2d env', args: [program, 'env', '--shell', 'bash'], fast: true },
  // Settings in variables must be read and judged, which takes a library more.
  { name: 'b2d env, B2D_MEMORY set', args: [program, 'env', '--shell', 'bash'], fast: false, env: { B2D_MEMORY: '1g' } },
  { name: 'b2d status (by way of oclif)', args: [program, 'status'], fast: false },
];

/** Milliseconds of one run: on the clock, and of the processor. */
interface Times {
  clock: number;
  cpu: number;
}

/** What commands cost beside an empty Node, in turn with it, so that what else the machine does slows all alike. */
export async function cli(): Promise<Report> {
  const home = await TestHome.create();
  return withCleanup(() => home.dispose(), async () => {
    process.stderr.write('cli: starting a machine for b2d env and b2d status\n');
    await home.must(['up']);
    const rounds = await measure(ordinaryShell(home.env));
    const clock = compare(rounds, 'clock');
    const cpu = compare(rounds, 'cpu');
    return {
      blocks: [
        `Commands: ${ROUNDS} rounds in turn, Node ${process.versions.node}; the ratio is that to ${base.name} in the same round`,
        clock.table, cpu.table,
      ],
      goals: [clock, cpu].flatMap(({ what, ratios }) => ratios.flatMap((measured, index) => {
        const { name, fast } = commands[index] as Command;
        return fast ? [{ what: `${name} / ${base.name}, ${what}`, goal: TARGET.toFixed(2), measured: measured.toFixed(2), met: measured <= TARGET }] : [];
      })),
    };
  });
}

/** The test home's environment without the settings that the tests make there. */
function ordinaryShell(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('B2D_') || name === 'B2D_HOME'));
}

/** Medians and spread of one kind of time, and each command's median ratio. */
function compare(rounds: readonly Times[][], kind: keyof Times): { what: string; table: string; ratios: number[] } {
  const what = kind === 'clock' ? 'on the clock' : 'CPU time';
  const times = (index: number): number[] => rounds.map((round) => (round[index] as Times)[kind]);
  const node = times(0);
  const ratios = commands.map((_, index) => times(index + 1).map((value, round) => value / (node[round] as number)));
  const cells = (values: readonly number[], digits: number): string[] => [0.5, 0.1, 0.9].map((share) => quantile(values, share).toFixed(digits));
  const table = numbersTable([`ms ${what}`, 'median', '10 %', '90 %', 'ratio', '10 %', '90 %'], [
    [base.name, ...cells(node, 0), '1.00', '', ''],
    ...commands.map(({ name }, index) => [name, ...cells(times(index + 1), 0), ...cells(ratios[index] ?? [], 2)]),
  ]);
  return { what, table, ratios: ratios.map((all) => quantile(all, 0.5)) };
}

/** A row for each round, in it the base and each command. Each round begins with another of them. */
async function measure(env: NodeJS.ProcessEnv): Promise<Times[][]> {
  const all = [base, ...commands];
  const rounds: Times[][] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    await setImmediate(); // a signal is heard
    const row: Times[] = [];
    for (let turn = 0; turn < all.length; turn++) {
      const index = (round + WARM_UP + turn) % all.length;
      row[index] = time(all[index] as Command, env);
    }
    if (round >= 0) rounds.push(row);
  }
  return rounds;
}

/** bash measures, because Node does not tell the processor time of a child. */
function time({ name, args, env: own }: Command, env: NodeJS.ProcessEnv): Times {
  const script = 'TIMEFORMAT="%3R %3U %3S"; time "$@" >/dev/null';
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bench', process.execPath, ...args], { env: { ...env, ...own, LC_ALL: 'C' }, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  const [real, user, system] = stderr.trim().split(/\s+/).slice(-3).map((seconds) => Number(seconds) * 1000);
  if (status !== 0 || !real || user === undefined || system === undefined) throw new Error(`${name} ended with ${status}: ${stderr}`);
  return { clock: real, cpu: user + system };
}
