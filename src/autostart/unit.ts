import type { Platform } from '../platform/platform.ts';
import { markOf } from './mark.ts';
import { commandOf, type LoginStart } from './start.ts';

/** Seconds for the machine to shut down in order; the user's manager itself is ended after 120 (user@.service). */
const STOP_S = 110;

/**
 * The systemd unit of a machine, see systemd.service(5). It counts as active once the machine is up, so that it is stopped, and the machine shut down, when the user's session ends.
 *
 * KillMode=process: hypervisors go on when ExecStart has ended, and a service of VirtualBox that began here serves other machines too, so nothing but systemd's own child may be killed.
 */
export function unitText(platform: Platform, start: LoginStart): string {
  const { machine, home, node, program, path } = start;
  const run = [...programWords(node), quoteArgument(program), '--home', quoteArgument(home), '--machine', machine];
  const stop = [...programWords(node), quoteArgument(commandOf(platform, start)), 'down', '--machine', machine];
  return `# Written by "b2d autostart on"; removed by "b2d autostart off".
# ${markOf(start)}

[Unit]
Description=b2d machine ${machine}

[Service]
Type=oneshot
RemainAfterExit=yes
Environment=${quote(`B2D_HOME=${home}`)} ${quote(`PATH=${path}`)}
ExecStart=${run.join(' ')}
ExecStop=${stop.join(' ')}
KillMode=process
TimeoutStartSec=infinity
TimeoutStopSec=${STOP_S}

[Install]
WantedBy=default.target
`;
}

/** systemd.syntax(7), "Quoting", and `%`, which begins a specifier (systemd.unit(5)). */
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, String.raw`\$&`).replaceAll('%', '%%')}"`;
}

/** `$` stands for a variable in arguments, and not in the first word: systemd.service(5), "Command lines". */
function quoteArgument(text: string): string {
  return quote(text).replaceAll('$', '$$$$');
}

/** The words that run a program: systemd refuses quotes and backslashes in the first one, and env takes every name but those with `=`. */
function programWords(file: string): string[] {
  return /['"\\]/.test(file) ? ['/usr/bin/env', quoteArgument(file)] : [quote(file)];
}
