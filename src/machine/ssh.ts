import { agentSocket } from '../ssh/agent.ts';
import { connectWhenReady } from '../ssh/connect-when-ready.ts';
import { exec, shell } from '../ssh/exec.ts';
import { readLoginKeys } from '../ssh/login-keys.ts';
import { machineNotRunning } from './errors.ts';
import type { Machine } from './machine.ts';
import type { Workspace } from './workspace.ts';

export interface SshRequest {
  user: string;
  /** Words of the remote command; none for the login shell. */
  command: readonly string[];
  /** Ask for a terminal for the command too. */
  tty: boolean;
  forwardAgent: boolean;
}

/** sshd may come up a moment after the engine; a guest under software emulation takes seconds for a login. */
const LOGIN_TIMEOUT_MS = 60_000;

/**
 * Joins this process's streams to a session in the machine and returns the exit code of what ran there.
 * The host key is the one from the config drive. @throws B2dError as `connectWhenReady` and `runSession`.
 */
export async function openSession(workspace: Workspace, machine: Machine, request: SshRequest): Promise<number> {
  const { platform } = workspace;
  const { record, paths } = machine;
  if (record.ports.ssh === undefined) throw machineNotRunning(record.name, { state: 'stopped', detail: 'It was never started.' });
  const connection = await connectWhenReady({
    port: record.ports.ssh,
    user: request.user,
    ...(await readLoginKeys(platform, paths.directory)),
    timeoutMs: LOGIN_TIMEOUT_MS,
    ...(request.forwardAgent && { forwardAgent: agentSocket(platform) }),
  });
  try {
    const { stdin, stdout, stderr } = process;
    const interactive = request.command.length === 0;
    const session = {
      streams: { stdin, stdout, stderr },
      terminal: request.tty || (interactive && stdin.isTTY === true),
      ...(platform.env['TERM'] && { term: platform.env['TERM'] }),
    };
    return await (interactive ? shell(connection, session) : exec(connection, request.command, session));
  } finally {
    connection.close();
  }
}
