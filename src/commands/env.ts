import { Flags } from '@oclif/core';
import { B2dCommand } from '../cli/base.ts';
import { envChange, runEnv } from '../env/command.ts';
import { SHELL_NAMES } from '../env/shells.ts';
import { runningEndpoint } from '../machine/endpoint.ts';

export default class Env extends B2dCommand<typeof Env> {
  static override summary = 'Print the commands that point a shell at the machine.';
  static override description = 'Use it as: eval "$(b2d env)". The last line, a comment, shows the way for your shell.';
  static override aliases = ['shellinit'];
  static override flags = {
    shell: Flags.string({ description: `For this shell instead of the one found: ${SHELL_NAMES.join(', ')}.`, helpValue: 'NAME' }),
    unset: Flags.boolean({ char: 'u', description: 'Print the commands that undo it.' }),
    'no-proxy': Flags.boolean({ description: 'Also add the machine to NO_PROXY.' }),
  };

  async run(): Promise<object> {
    const { platform, home } = this.workspace;
    const options = { machine: this.machineName, shell: this.flags.shell, unset: this.flags.unset, noProxy: this.flags['no-proxy'] };
    const deps = { platform, lookup: (machine: string) => runningEndpoint(platform, home, machine) };
    if (this.jsonEnabled()) return envChange(options, deps);
    process.stdout.write(await runEnv(options, deps));
    return {};
  }
}
