import { Flags } from '@oclif/core';
import { B2dCommand } from '../cli/base.ts';
import { parseCopyOperands } from '../cli/copy-operands.ts';
import { interruptible } from '../cli/interrupt.ts';
import { B2dError } from '../errors.ts';
import { copyFiles } from '../machine/copy.ts';
import { openMachine } from '../machine/machine.ts';
import { validateMachineName } from '../machine/name.ts';
import { runningMachine } from '../machine/running.ts';

/** How many of the entries that were not copied are listed. */
const LISTED = 20;

export default class Cp extends B2dCommand<typeof Cp> {
  static override summary = 'Copy files and folders to or from the machine.';
  static override description = `One side is :PATH (the machine), or MACHINE:PATH; a relative PATH there starts at the home folder. Folders are copied whole, with mode and time;
into a folder that is there, else under the new name; FOLDER/. means what is in it. Links that lead out of what is copied are left out.`;
  static override aliases = ['scp'];
  static override usage = 'cp SOURCE... DESTINATION [--user NAME] [-m NAME]';
  static override strict = false;
  static override flags = {
    recursive: Flags.boolean({ char: 'r', description: 'As with scp; it changes nothing, for folders are always copied whole.' }),
    user: Flags.string({ char: 'l', description: 'Read and write there as this user: docker or root.', default: 'docker', helpValue: 'NAME' }),
  };
  static override examples = ['<%= config.bin %> cp :/etc/os-release .', '<%= config.bin %> cp site/. :site', '<%= config.bin %> cp --user root daemon.json dev:/etc/'];

  async run(): Promise<object> {
    const { machine: named, ...operands } = parseCopyOperands(this.workspace.platform, this.rest);
    const machine = await runningMachine(named === undefined ? await this.openMachine() : await openMachine(this.workspace, validateMachineName(named)));
    const work = (signal: AbortSignal) => copyFiles(this.workspace, machine, { ...operands, user: this.flags.user, signal });
    const { refused, ...counts } = await interruptible('Every file that has its name at the destination is whole.', work);
    if (refused.length === 0) return { machine: machine.record.name, ...counts };
    const lines = refused.slice(0, LISTED).map(({ path, reason }) => `${path}: ${reason}`);
    throw new B2dError(`${refused.length === 1 ? 'One entry was' : `${refused.length} entries were`} not copied; everything else was (files: ${counts.files}).`, {
      exit: 'failure', details: [...lines, ...(refused.length > LISTED ? [`and ${refused.length - LISTED} more`] : [])],
    });
  }
}
