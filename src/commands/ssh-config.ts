import { Flags } from '@oclif/core';
import { B2dCommand } from '../cli/base.ts';
import { installSshConfig, removeSshConfig, sshConfigFile, sshHost } from '../machine/ssh-config.ts';
import { clientName } from '../machine/name.ts';
import { sshHostBlock } from '../ssh/config-block.ts';
import { userConfigFile } from '../ssh/user-config.ts';

export default class SshConfig extends B2dCommand<typeof SshConfig> {
  static override summary = 'Print what the system\'s own ssh needs to reach the machine, or install it.';
  static override description = 'Then "ssh b2d" works, and so do scp, sftp, rsync and editors. For a machine NAME the host is b2d-NAME.';
  static override flags = {
    install: Flags.boolean({ description: 'Include all machines in ~/.ssh/config; "b2d up" keeps them up to date.', exclusive: ['remove'] }),
    remove: Flags.boolean({ description: 'Undo --install: ~/.ssh/config is then as before.' }),
  };
  static override examples = ['<%= config.bin %> ssh-config', '<%= config.bin %> ssh-config --install && ssh b2d'];

  async run(): Promise<object> {
    if (this.flags.install) return this.install();
    if (this.flags.remove) return this.remove();
    const { platform } = this.workspace;
    const host = sshHost(platform, await this.openMachine());
    process.stdout.write(this.jsonEnabled() ? '' : sshHostBlock(platform, host));
    return host;
  }

  private async install(): Promise<object> {
    const { platform, progress } = this.workspace;
    const [file, config] = [sshConfigFile(this.workspace), userConfigFile(platform)];
    const installed = await installSshConfig(this.workspace);
    progress.note(`${config} ${installed ? 'now includes' : 'includes'} ${file}. Log in:  ssh ${clientName(this.machineName)}`);
    return { installed, config, file };
  }

  private async remove(): Promise<object> {
    const { platform, progress } = this.workspace;
    const [file, config] = [sshConfigFile(this.workspace), userConfigFile(platform)];
    const result = await removeSshConfig(this.workspace);
    if (result === 'by hand') progress.note(`${config} includes ${file} by a line that b2d did not write: take it out by hand.`);
    else progress.note(result === 'removed' ? `${config} is as before.` : `${config} did not include b2d's machines.`);
    return { removed: result === 'removed', config, file };
  }
}
