import { B2dCommand } from '../../cli/base.ts';
import { autostartOn, autostartStatus } from '../../machine/autostart.ts';
import { withMachine } from '../../machine/machine.ts';

export default class AutostartOn extends B2dCommand<typeof AutostartOn> {
  static override summary = 'Start the machine whenever you log in to this computer.';
  static override description = `By launchd on macOS, by Windows' own list of startup programs, by your systemd on Linux; no rights beyond yours are needed.
Run it again when b2d was installed anew in another place.`;
  static override hiddenAliases = ['autostart:enable'];
  static override examples = ['<%= config.bin %> autostart on', '<%= config.bin %> autostart on --machine dev'];

  async run(): Promise<object> {
    const name = this.machineName;
    const { changed, notes } = await withMachine(this.workspace, name, 'autostart on', () => autostartOn(this.workspace, name));
    this.workspace.progress.note(`Machine "${name}" ${changed ? 'is now started' : 'was already started'} when you log in.`);
    for (const note of notes) this.workspace.progress.note(note);
    return { ...(await autostartStatus(this.workspace, name)), changed };
  }
}
