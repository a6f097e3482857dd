import { Args, Flags } from '@oclif/core';
import { addAuthorities } from '../../ca/store.ts';
import { B2dCommand } from '../../cli/base.ts';
import { bringToEngine, engineChangeFlags } from '../../cli/engine-change.ts';

export default class CaAdd extends B2dCommand<typeof CaAdd> {
  static override summary = 'Let the engines of all machines trust a certificate authority.';
  static override description = 'For pulls, pushes and builds: a company\'s CA, or that of a private registry. The file may be PEM, with several certificates, or DER.';
  static override args = { file: Args.string({ description: 'The CA\'s certificate.', required: true }) };
  static override flags = { name: Flags.string({ description: 'The name to keep it by (default: the file\'s).', helpValue: 'NAME' }), ...engineChangeFlags };
  static override examples = ['b2d ca add company-root.crt'];

  async run(): Promise<object> {
    const { progress } = this.workspace;
    const { known, pem: _, ...added } = await addAuthorities(this.workspace, this.args.file, this.flags.name);
    for (const { caution } of added.authorities) if (caution !== undefined) progress.note(caution);
    progress.note(known ? `"${added.name}" is there already.` : `Added "${added.name}": ${added.authorities.map(({ name }) => name).join(', ')}`);
    return { ...added, known, applied: await bringToEngine(this.workspace, this.machineName, this.flags.restart) };
  }
}
