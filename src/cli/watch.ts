import { clearScreenDown, moveCursor } from 'node:readline';
import { Flags } from '@oclif/core';
import type { Machine } from '../machine/machine.ts';
import { watchMachine, type Sample } from '../machine/watch.ts';
import type { Workspace } from '../machine/workspace.ts';
import { sampleLine, sampleLines } from '../output/sample.ts';
import { terminalTraits } from '../output/terminal.ts';
import { endQuietlyOnInterrupt } from './interrupt.ts';

const INTERVAL_S = 2;

/** Flags of the commands that watch. */
export const watchFlags = {
  interval: Flags.integer({ char: 'i', description: 'Seconds between two looks (default: 2).', min: 1, max: 86_400, helpValue: 'SECONDS' }),
  count: Flags.integer({ char: 'n', description: 'End after so many looks (default: go on until Ctrl-C).', min: 1, helpValue: 'N' }),
};

/** Shows what the machine takes, again and again: in place on a terminal, a line each elsewhere, an object on a line with `--json`. */
export async function watch(workspace: Workspace, machine: () => Promise<Machine>, options: { interval?: number | undefined; count?: number | undefined; json: boolean }): Promise<void> {
  endQuietlyOnInterrupt();
  const show = options.json ? (sample: Sample) => write(JSON.stringify(sample)) : terminalTraits(process.stdout, workspace.platform.env).animated ? inPlace() : (sample: Sample) => write(sampleLine(sample));
  let shown = 0;
  await watchMachine(workspace, machine, options.interval ?? INTERVAL_S, async (sample) => {
    show(sample);
    return ++shown === options.count;
  });
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes over what it wrote before. Lines are cut at the terminal's width: one that wraps would leave its rest behind. */
function inPlace(): (sample: Sample) => void {
  let height = 0;
  return (sample) => {
    const width = process.stdout.columns || 80;
    const lines = sampleLines(sample).map((line) => line.slice(0, width - 1));
    if (height > 0) {
      moveCursor(process.stdout, 0, -height);
      clearScreenDown(process.stdout);
    }
    height = lines.length;
    write(lines.join('\n'));
  };
}
