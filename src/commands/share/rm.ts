import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { machineFlag } from '../../machine/errors.ts';
import { withMachine } from '../../machine/machine.ts';
import { takeShare } from '../../machine/shares/remove.ts';

export default class ShareRm extends B2dCommand<typeof ShareRm> {
  static override summary = 'Stop sharing a folder. Nothing in it is touched.';
  static override args = { path: Args.string({ description: 'The folder, by its path on this computer or in the machine.', required: true }) };
  static override examples = ['<%= config.bin %> share rm .', '<%= config.bin %> share rm /c/Users/me/project'];

  async run(): Promise<object> {
    const name = this.machineName;
    const { share, effect } = await withMachine(this.workspace, name, 'share rm', async () => takeShare(this.workspace, await this.openMachine(), this.args.path));
    this.workspace.progress.note(`${share.hostPath} is not shared any more.${effect === 'restart' ? ` The machine could reach it until its next start:  b2d restart${machineFlag(name)}` : ''}`);
    return { name, ...share, effect };
  }
}
