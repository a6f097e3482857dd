import { B2dCommand } from '../cli/base.ts';
import { watch, watchFlags } from '../cli/watch.ts';

export default class Top extends B2dCommand<typeof Top> {
  static override summary = 'Watch what the machine takes: CPU, memory and disk, in it and on this computer.';
  static override description = 'Goes on over restarts of the machine, until Ctrl-C. With --json each look is an object on a line of its own.';
  static override flags = watchFlags;
  static override examples = ['<%= config.bin %> top', '<%= config.bin %> top --count 1 --json'];

  async run(): Promise<object> {
    this.streamed = true;
    await watch(this.workspace, () => this.openMachine(), { ...this.flags, json: this.jsonEnabled() });
    return {};
  }
}
