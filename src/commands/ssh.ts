import { Flags } from '@oclif/core';
import { B2dCommand } from '../cli/base.ts';
import { openSession } from '../machine/ssh.ts';
import { runningMachine } from '../machine/running.ts';

export default class Ssh extends B2dCommand<typeof Ssh> {
  static override summary = 'Open a shell in the machine, or run a command there.';
  static override description = `The words after the flags are joined by spaces and run by the machine's shell, as ssh does.
Its exit code is b2d's; a signal n gives 128 + n. No ssh program is needed, and your own ssh settings play no part.`;
  static override examples = ['<%= config.bin %> ssh', '<%= config.bin %> ssh -- df -h', 'tar -c . | <%= config.bin %> ssh tar -x -C /tmp'];
  static override strict = false;
  static override flags = {
    tty: Flags.boolean({ char: 't', description: 'Give the command a terminal.' }),
    user: Flags.string({ char: 'l', description: 'Log in as this user: docker or root.', default: 'docker', helpValue: 'NAME' }),
    'forward-agent': Flags.boolean({ char: 'A', description: 'Let the machine use your ssh agent.' }),
  };

  private remote: string[] = [];

  /** src/words.ts has put `--` before the remote command. */
  protected override commandLine(): string[] {
    const end = this.argv.indexOf('--');
    if (end < 0) return this.argv;
    this.remote = this.argv.slice(end + 1);
    return this.argv.slice(0, end);
  }

  async run(): Promise<object> {
    const machine = await runningMachine(await this.openMachine());
    const exitCode = await openSession(this.workspace, machine, {
      user: this.flags.user, command: this.remote, tty: this.flags.tty, forwardAgent: this.flags['forward-agent'],
    });
    process.exitCode = exitCode;
    return { exitCode };
  }
}
