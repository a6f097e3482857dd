import { Flags } from '@oclif/core';
import { B2dCommand } from '../cli/base.ts';
import { endQuietlyOnInterrupt } from '../cli/interrupt.ts';
import { B2dError } from '../errors.ts';
import { engineLog } from '../machine/engine-log.ts';
import { runningMachine } from '../machine/running.ts';
import { tailLines } from '../platform/files.ts';
import { followLines, lastLines } from '../platform/follow.ts';

const KINDS = ['console', 'engine', 'hypervisor'] as const;

export default class Logs extends B2dCommand<typeof Logs> {
  static override summary = 'Show the machine\'s console, or the log of its engine or of the hypervisor.';
  static override description = 'With --follow it goes on until Ctrl-C, over restarts of the machine too; with --json then, each line is an object of its own.';
  static override flags = {
    console: Flags.boolean({ description: 'What the machine wrote to its console since its last start; the default.', exclusive: ['engine', 'hypervisor'] }),
    engine: Flags.boolean({ description: 'What dockerd and containerd logged. Needs a running machine.', exclusive: ['console', 'hypervisor'] }),
    hypervisor: Flags.boolean({ aliases: ['driver'], description: 'The hypervisor\'s own log.', exclusive: ['console', 'engine'] }),
    follow: Flags.boolean({ char: 'f', description: 'Go on with what is written from now on.' }),
    tail: Flags.integer({ char: 'n', aliases: ['lines'], description: 'How many lines from the end.', default: 200, min: 0, max: 1_000_000, helpValue: 'N' }),
  };
  static override examples = ['<%= config.bin %> logs', '<%= config.bin %> logs --engine --follow --tail 20'];

  async run(): Promise<object> {
    const kind = KINDS.find((each) => this.flags[each]) ?? 'console';
    if (this.flags.follow) {
      endQuietlyOnInterrupt();
      this.streamed = true;
    }
    return kind === 'engine' ? this.showEngine() : this.showFiles(kind);
  }

  private async showEngine(): Promise<object> {
    const { tail, follow } = this.flags;
    const lines: string[] = [];
    await engineLog(this.workspace, await runningMachine(await this.openMachine()), { tail, follow }, (line) => {
      if (follow) this.line(line);
      else lines.push(line);
    });
    if (lines.length > 0) this.log(lines.join('\n'));
    return { logs: [{ file: 'engine', lines }] };
  }

  private async showFiles(kind: 'console' | 'hypervisor'): Promise<object> {
    const { spec, driver, record } = await this.openMachine();
    const files = kind === 'hypervisor' ? driver.logFiles(spec) : [spec.consoleFile];
    const [newest] = files;
    if (this.flags.follow && newest !== undefined) {
      const { lines, end } = await lastLines(newest, this.flags.tail);
      for (const line of lines) this.line(line);
      await followLines(newest, end, (line) => this.line(line));
    }
    const logs = await Promise.all(files.map(async (file) => ({ file, lines: await tailLines(file, this.flags.tail) })));
    const found = logs.filter(({ lines }) => lines.length > 0);
    if (found.length === 0 && this.flags.tail > 0) throw new B2dError(`Machine "${record.name}" has no log yet.`, { reason: 'It was never started.', remedy: 'b2d up' });
    for (const { lines } of found) this.log(lines.join('\n'));
    return { logs: found };
  }

  /** One of the lines that come and come. */
  private line(line: string): void {
    process.stdout.write(`${this.jsonEnabled() ? JSON.stringify({ line }) : line}\n`);
  }
}
