import { Flags } from '@oclif/core';
import { askYesNo } from '../cli/ask.ts';
import { B2dCommand } from '../cli/base.ts';
import { machineFlags, shareHomeFlag } from '../cli/machine-flags.ts';
import { goneBackNote, pendingNote } from '../cli/text.ts';
import { machineFlag } from '../machine/errors.ts';
import { dockerHost } from '../machine/loopback.ts';
import { engineEndpoint, withMachine } from '../machine/machine.ts';
import { up, type UpOptions } from '../machine/up.ts';

export default class Up extends B2dCommand<typeof Up> {
  static override summary = 'Start the machine, making it first where there is none.';
  static override description = 'Ends when the engine answers. Settings given here are kept; memory and CPUs take effect at a start. A suspended machine goes on where it was.';
  static override aliases = ['start', 'boot', 'resume'];
  static override flags = {
    ...machineFlags,
    ...shareHomeFlag,
    'discard-state': Flags.boolean({ description: 'Boot a suspended machine anew, as after a power cut; its disk is kept.' }),
  };
  static override examples = ['<%= config.bin %> up', '<%= config.bin %> up --memory 4g --cpus 2'];

  async run(): Promise<object> {
    const name = this.machineName;
    const options = { discardState: this.flags['discard-state'], mayDiscard: mayDiscard(name) };
    const { machine, way, pending, goneBack } = await withMachine(this.workspace, name, 'up', () => up(this.workspace, name, this.requested, options));
    const endpoint = engineEndpoint(machine);
    this.workspace.progress.note(`Machine "${name}" ${{ booted: 'is up', resumed: 'goes on where it was', ran: 'was already running' }[way]}.`);
    if (goneBack) this.workspace.progress.note(goneBackNote(name, goneBack));
    if (pending.length > 0) this.workspace.progress.note(pendingNote(name, pending));
    this.workspace.progress.note(`Point this shell at it:  ${this.hint(name)}`);
    return { name, started: way !== 'ran', resumed: way === 'resumed', pending, ...(goneBack && { goneBackTo: goneBack.to, failedImage: goneBack.from }), dockerHost: dockerHost(endpoint.port), certPath: endpoint.certPath };
  }

  private hint(name: string): string {
    const command = `b2d env${machineFlag(name)}`;
    return this.workspace.platform.os === 'win32' && !this.workspace.platform.env['SHELL'] ? `& ${command} | Invoke-Expression` : `eval "$(${command})"`;
  }
}

/** What asks whether a saved state that cannot be read may go; a stdin that is no terminal is a no. */
function mayDiscard(name: string): UpOptions['mayDiscard'] {
  return ({ message, reason }) => askYesNo(`${message} ${reason ?? ''}\nThrow the saved state of "${name}" away and boot, as after a power cut? Its disk is kept.`);
}
