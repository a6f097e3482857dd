import { B2dCommand } from '../../cli/base.ts';
import { describeContext, overriddenBy, type ContextRow } from '../../machine/docker-context.ts';

export default class ContextShow extends B2dCommand<typeof ContextShow> {
  static override summary = 'Show the docker context of the machine, and whether docker uses it.';

  async run(): Promise<ContextRow> {
    const { platform } = this.workspace;
    const row = await describeContext(platform, await this.openMachine());
    this.log(row.context);
    this.log(`  state ${row.state}`);
    if (row.dockerHost) this.log(`  endpoint ${row.dockerHost}`);
    this.log(`  ${row.active ? 'docker uses it' : (overriddenBy(platform, row.context) ?? 'docker does not use it')}`);
    return row;
  }
}
