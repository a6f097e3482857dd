import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';

/** What the system's own ssh needs to know of a machine. */
export interface SshHost {
  /** What is typed: `ssh b2d`. */
  host: string;
  hostName: string;
  port: number;
  user: string;
  identityFile: string;
  userKnownHostsFile: string;
  hostKeyAlias: string;
}

/**
 * A `Host` block of ssh_config(5). Of several values ssh takes the first, so that this block, at the top, holds against a `Host *` of the user's: a jump
 * host does not lead to 127.0.0.1.
 * @throws B2dError (usage) for a path that no such file can name
 */
export function sshHostBlock(platform: Platform, { host, hostName, port, user, identityFile, userKnownHostsFile, hostKeyAlias }: SshHost): string {
  const lines = [
    `HostName ${hostName}`,
    `Port ${port}`,
    `User ${user}`,
    `IdentityFile ${quotePath(platform, identityFile)}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${quotePath(platform, userKnownHostsFile)}`,
    `HostKeyAlias ${hostKeyAlias}`,
    'StrictHostKeyChecking yes',
    'PreferredAuthentications publickey',
    'ProxyCommand none',
  ];
  return `Host ${host}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/**
 * A path as a value: in double quotes, with forward slashes on Windows, where both programs called ssh.exe take them. ssh expands `%`, which is written twice, and
 * variables in `${}`, which nothing prevents.
 */
function quotePath(platform: Platform, file: string): string {
  if (/[\r\n\0]|\$\{/.test(file)) throw impossiblePath(file);
  const forward = platform.os === 'win32' ? file.replaceAll('\\', '/') : file;
  return `"${forward.replace(/[\\"]/g, String.raw`\$&`).replaceAll('%', '%%')}"`;
}

/**
 * The argument of `Include` for a file: below the home folder with `~`, which every ssh knows, also those of Windows. It is a glob(7) pattern, and newer versions of ssh
 * expand `%` and `$` in it, older ones do not: `?` stands for each such character.
 * @throws B2dError (usage) for a path that no such file can name
 */
export function includeArgument(platform: Platform, file: string): string {
  const { path, homeDir, os } = platform;
  if (/[\r\n\0]/.test(file)) throw impossiblePath(file);
  const relative = path.relative(homeDir, file);
  const inside = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  const native = inside ? `~${path.sep}${relative}` : file;
  const pattern = (os === 'win32' ? native.replaceAll('\\', '/') : native).replace(/[*?[\]\\"%$]/g, '?');
  return /^[\w./~:@+,=?-]+$/.test(pattern) ? pattern : `"${pattern}"`;
}

function impossiblePath(file: string): B2dError {
  return new B2dError(`An ssh configuration cannot name the path ${JSON.stringify(file)}.`, {
    exit: 'usage', reason: 'It has a line end, or "${", which ssh takes for a variable.', remedy: 'Move B2D_HOME to a folder with a plain name.',
  });
}
