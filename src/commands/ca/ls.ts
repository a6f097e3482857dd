import { listAuthorities } from '../../ca/store.ts';
import { B2dCommand } from '../../cli/base.ts';
import { formatTable } from '../../output/table.ts';

export default class CaLs extends B2dCommand<typeof CaLs> {
  static override summary = 'List the certificate authorities that were added.';
  static override hiddenAliases = ['ca:list'];

  async run(): Promise<object> {
    const list = (await listAuthorities(this.workspace, this.workspace.progress.note)).map(({ pem: _, ...shown }) => shown);
    const rows = list.flatMap(({ name, authorities }) => authorities.map((authority) => [name, authority.name, authority.notAfter.toISOString().slice(0, 10), authority.caution]));
    this.log(formatTable([['name', 'authority', 'until', ''], ...rows]));
    return { authorities: list };
  }
}
