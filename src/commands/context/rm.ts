import { B2dCommand } from '../../cli/base.ts';
import { dropContext, notOurs } from '../../machine/docker-context.ts';
import { machinePaths } from '../../machine/paths.ts';
import { readRecord } from '../../machine/record.ts';

export default class ContextRm extends B2dCommand<typeof ContextRm> {
  static override summary = 'Remove the docker context of the machine; the machine stays.';
  static override description = 'The next "b2d up" makes it again, unless the setting "context" is "off".';

  async run(): Promise<object> {
    const { platform, home, progress } = this.workspace;
    const name = this.machineName;
    const record = await readRecord(machinePaths(platform, home, name).record); // the context of a machine that is gone can be removed too
    const { name: context, owner, removed, wasCurrent } = await dropContext(platform, name, record?.uuid);
    if (!removed && owner !== 'absent') throw notOurs(name, owner);
    progress.note(removed ? `The docker context "${context}" is removed.${wasCurrent ? ' docker now uses its default one.' : ''}` : `There was no docker context "${context}".`);
    return { context, removed, wasCurrent };
  }
}
