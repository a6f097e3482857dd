import { Help, type Command } from '@oclif/core';
import { version } from '../version.ts';

/** The commands by what they are for; one that stands in no group is listed under "more". */
const GROUPS: Record<string, readonly string[]> = {
  machine: ['init', 'up', 'down', 'restart', 'suspend', 'kill', 'delete', 'autostart'],
  look: ['status', 'top', 'ls', 'info', 'ip', 'url', 'ports', 'logs', 'doctor', 'version'],
  docker: ['env', 'context', 'engine', 'ca', 'registry'],
  files: ['ssh', 'ssh-config', 'cp', 'share'],
  settings: ['config', 'disk', 'snapshot', 'image', 'download', 'upgrade', 'completion'],
};

/** `b2d help` on one screen of 24 lines of 80 columns; help for a command is oclif's. */
export default class B2dHelp extends Help {
  protected override async showRootHelp(): Promise<void> {
    const aliases = new Set(this.config.commands.flatMap((command) => command.aliases));
    const names = this.sortedCommands.filter((command: Command.Loadable) => !aliases.has(command.id)).map((command) => command.id);
    this.log(rootHelp(names, this.config.windows));
  }
}

/** @param names the commands there are; those of a topic (`disk:resize`) stand for their topic */
export function rootHelp(names: readonly string[], windows: boolean): string {
  const commands = [...new Set(names.map((name) => name.split(':')[0] ?? ''))];
  const grouped = new Set(Object.values(GROUPS).flat());
  const groups = { ...GROUPS, more: commands.filter((name) => !grouped.has(name)) };
  const lines = Object.entries(groups).flatMap(([label, members]) => {
    const there = members.filter((name) => commands.includes(name));
    return there.length === 0 ? [] : [`  ${label.padEnd(10)}${there.join(' ')}`];
  });
  const point = windows ? '& b2d env | Invoke-Expression' : 'eval "$(b2d env)"';
  return `b2d ${version}: Docker in a small virtual machine on this computer

  b2d up                           make and start the machine
  ${point.padEnd(31)}  point this shell at it, then use docker
  b2d ssh                          open a shell in the machine
  b2d down                         shut it down

Commands
${lines.join('\n')}

Every command takes
  -m, --machine NAME  which machine (default: "default")
  --json              the result as JSON on stdout
  --debug             more about what happens
  -h, --help          its own flags, for example: b2d up --help`;
}
