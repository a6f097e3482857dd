import { Args } from '@oclif/core';
import { removeAuthorities } from '../../ca/store.ts';
import { B2dCommand } from '../../cli/base.ts';
import { bringToEngine, engineChangeFlags } from '../../cli/engine-change.ts';

export default class CaRm extends B2dCommand<typeof CaRm> {
  static override summary = 'Stop trusting a certificate authority that was added.';
  static override hiddenAliases = ['ca:remove'];
  static override args = { name: Args.string({ description: 'The name that "b2d ca ls" shows.', required: true }) };
  static override flags = engineChangeFlags;

  async run(): Promise<object> {
    await removeAuthorities(this.workspace, this.args.name);
    this.workspace.progress.note(`Removed "${this.args.name}".`);
    return { name: this.args.name, applied: await bringToEngine(this.workspace, this.machineName, this.flags.restart) };
  }
}
