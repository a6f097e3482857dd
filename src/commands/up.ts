import { B2dCommand } from '../cli/base.ts';
import { machineFlags } from '../cli/machine-flags.ts';
import { pendingNote } from '../cli/text.ts';
import { machineFlag } from '../machine/errors.ts';
import { dockerHost } from '../machine/loopback.ts';
import { engineEndpoint, withMachine } from '../machine/machine.ts';
import { up } from '../machine/up.ts';

export default class Up extends B2dCommand<typeof Up> {
  static override summary = 'Start the machine, making it first where there is none.';
  static override description = 'Ends when the engine answers. Settings given here are kept; memory and CPUs take effect at a start.';
  static override aliases = ['start', 'boot'];
  static override flags = machineFlags;
  static override examples = ['<%= config.bin %> up', '<%= config.bin %> up --memory 4g --cpus 2'];

  async run(): Promise<object> {
    const name = this.machineName;
    const { machine, started, pending } = await withMachine(this.workspace, name, 'up', () => up(this.workspace, name, this.requested));
    const endpoint = engineEndpoint(machine);
    this.workspace.progress.note(started ? `Machine "${name}" is up.` : `Machine "${name}" was already running.`);
    if (pending.length > 0) this.workspace.progress.note(pendingNote(name, pending));
    this.workspace.progress.note(`Point this shell at it:  ${this.hint(name)}`);
    return { name, started, pending, dockerHost: dockerHost(endpoint.port), certPath: endpoint.certPath };
  }

  private hint(name: string): string {
    const command = `b2d env${machineFlag(name)}`;
    return this.workspace.platform.os === 'win32' && !this.workspace.platform.env['SHELL'] ? `& ${command} | Invoke-Expression` : `eval "$(${command})"`;
  }
}
