import { Flags } from '@oclif/core';
import { B2dCommand } from '../cli/base.ts';
import { B2dError } from '../errors.ts';
import { tailLines } from '../platform/files.ts';

export default class Logs extends B2dCommand<typeof Logs> {
  static override summary = 'Show what the machine wrote to its console at its last start.';
  static override flags = {
    lines: Flags.integer({ char: 'n', description: 'How many lines from the end.', default: 200, min: 1 }),
    hypervisor: Flags.boolean({ description: 'Show the hypervisor\'s own log instead.' }),
  };

  async run(): Promise<object> {
    const { spec, driver, record } = await this.openMachine();
    const files = this.flags.hypervisor ? driver.logFiles(spec) : [spec.consoleFile];
    const logs = await Promise.all(files.map(async (file) => ({ file, lines: await tailLines(file, this.flags.lines) })));
    const found = logs.filter(({ lines }) => lines.length > 0);
    if (found.length === 0) throw new B2dError(`Machine "${record.name}" has no log yet.`, { reason: 'It was never started.', remedy: 'b2d up' });
    for (const { lines } of found) this.log(lines.join('\n'));
    return { logs: found };
  }
}
