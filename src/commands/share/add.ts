import { Args, Flags } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { effectNote } from '../../cli/text.ts';
import { withMachine } from '../../machine/machine.ts';
import { addShare } from '../../machine/shares/add.ts';
import { describeShare } from '../../machine/shares/share.ts';

/** The kernel's numbers have 32 bits, the last of which means "none": user_namespaces(7). */
const LARGEST_ID = 2 ** 32 - 2;
/** The SSH user docker, as the image has it. */
const DEFAULT_ID = 1000;

export default class ShareAdd extends B2dCommand<typeof ShareAdd> {
  static override summary = 'Share a folder of this computer with the machine.';
  static override description = `Mounted in the machine at every start, at the same path unless told, so that docker run -v "$PWD:/w" works there.
On Windows C:\\Users\\x becomes /c/Users/x.`;
  static override args = { path: Args.string({ description: 'The folder.', required: true }) };
  static override flags = {
    at: Flags.string({ description: 'Where the machine has it (default: at the same path).', helpValue: 'GUESTPATH' }),
    'read-only': Flags.boolean({ description: 'The machine cannot change what is in it.' }),
    uid: Flags.integer({ description: 'The user whose its files are in the machine (VirtualBox; default: 1000).', min: 0, max: LARGEST_ID }),
    gid: Flags.integer({ description: 'The group whose its files are in the machine (VirtualBox; default: 1000).', min: 0, max: LARGEST_ID }),
    force: Flags.boolean({ description: 'Also a whole drive, or a folder that b2d\'s own files are in.' }),
  };
  static override examples = ['<%= config.bin %> share add .', '<%= config.bin %> share add ~/projects --read-only', '<%= config.bin %> share add /data --at /mnt/my-data'];

  async run(): Promise<object> {
    const name = this.machineName;
    const { at, uid, gid, force, 'read-only': readOnly } = this.flags;
    const owner = uid === undefined && gid === undefined ? undefined : { uid: uid ?? DEFAULT_ID, gid: gid ?? DEFAULT_ID };
    const request = { path: this.args.path, readOnly: readOnly === true, force: force === true, ...(at !== undefined && { at }), ...(owner && { owner }) };
    const { share, change, effect } = await withMachine(this.workspace, name, 'share add', async () => addShare(this.workspace, await this.openMachine(), request));
    const done = { added: 'is shared', changed: 'is shared otherwise than before', same: 'was shared already' }[change];
    this.workspace.progress.note(`${describeShare(share)} ${done}.${change === 'same' ? '' : effectNote(name, effect)}`);
    return { name, ...share, change, effect };
  }
}
