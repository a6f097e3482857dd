import { Args, Flags } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { effectNote } from '../../cli/text.ts';
import { withMachine } from '../../machine/machine.ts';
import { addShare } from '../../machine/shares/add.ts';
import { describeShare } from '../../machine/shares/share.ts';

export default class ShareAdd extends B2dCommand<typeof ShareAdd> {
  static override summary = 'Share a folder of this computer with the machine.';
  static override description = `Mounted in the machine at every start, at the same path unless told, so that docker run -v "$PWD:/w" works there.
On Windows C:\\Users\\x becomes /c/Users/x.`;
  static override args = { path: Args.string({ description: 'The folder.', required: true }) };
  static override flags = {
    at: Flags.string({ description: 'Where the machine has it (default: at the same path).', helpValue: 'GUESTPATH' }),
    'read-only': Flags.boolean({ description: 'The machine cannot change what is in it.' }),
    force: Flags.boolean({ description: 'Also a whole drive, or a folder that b2d\'s own files are in.' }),
  };
  static override examples = ['<%= config.bin %> share add .', '<%= config.bin %> share add ~/projects --read-only', '<%= config.bin %> share add /data --at /mnt/my-data'];

  async run(): Promise<object> {
    const name = this.machineName;
    const request = { path: this.args.path, readOnly: this.flags['read-only'] === true, force: this.flags.force === true, ...(this.flags.at !== undefined && { at: this.flags.at }) };
    const { share, change, effect } = await withMachine(this.workspace, name, 'share add', async () => addShare(this.workspace, await this.openMachine(), request));
    const done = { added: 'is shared', changed: 'is shared otherwise than before', same: 'was shared already' }[change];
    this.workspace.progress.note(`${describeShare(share)} ${done}.${change === 'same' ? '' : effectNote(name, effect)}`);
    return { name, ...share, change, effect };
  }
}
