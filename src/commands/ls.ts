import { Flags } from '@oclif/core';
import { B2dCommand } from '../cli/base.ts';
import { listRows, matches, parseFilters, type MachineRow } from '../machine/list.ts';
import { formatTable } from '../output/table.ts';

export default class Ls extends B2dCommand<typeof Ls> {
  static override summary = 'List all machines.';
  static override description = 'ACTIVE is "*" where docker in this shell uses the machine by DOCKER_HOST, "* (context)" by the current docker context. A machine that hangs or is damaged has its error in the last column.';
  static override aliases = ['list'];
  static override flags = {
    filter: Flags.string({ char: 'f', multiple: true, multipleNonGreedy: true, description: 'Only these: name=REGEX, state=, driver= or active=true. Given again, any value of a key and every key.', helpValue: 'KEY=VALUE' }),
    quiet: Flags.boolean({ char: 'q', description: 'Names alone.' }),
    timeout: Flags.integer({ char: 't', description: 'Seconds that each machine has to answer.', default: 10, min: 1, helpValue: 'SECONDS' }),
  };
  static override examples = ['<%= config.bin %> ls', '<%= config.bin %> ls --filter state=running --quiet'];

  async run(): Promise<{ machines: MachineRow[] }> {
    const filter = parseFilters(this.flags.filter ?? []);
    const machines = (await listRows(this.workspace, { timeoutMs: this.flags.timeout * 1000 })).filter((row) => matches(row, filter));
    const shown = { environment: '*', context: '* (context)' };
    if (this.flags.quiet) for (const { name } of machines) this.log(name);
    else this.log(formatTable([['NAME', 'ACTIVE', 'DRIVER', 'STATE', 'URL', 'DOCKER', 'ERRORS'], ...machines.map(({ name, active, driver, state, url, docker, error }) => [name, active === null ? '-' : shown[active], driver, state, url, docker, error])]));
    if (machines.some(({ state }) => state === 'timeout')) setImmediate(() => process.stdout.write('', () => process.exit())); // once all is written: what hangs would keep the process
    return { machines };
  }
}
