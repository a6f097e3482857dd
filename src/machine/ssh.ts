import { Readable, Writable } from 'node:stream';
import { B2dError } from '../errors.ts';
import { agentSocket } from '../ssh/agent.ts';
import { connectWhenReady } from '../ssh/connect-when-ready.ts';
import type { Connection, ConnectOptions } from '../ssh/connect.ts';
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
  return withConnection(workspace, machine, { user: request.user, ...(request.forwardAgent && { forwardAgent: agentSocket(platform) }) }, (connection) => {
    const { stdin, stdout, stderr } = process;
    const interactive = request.command.length === 0;
    const session = {
      streams: { stdin, stdout, stderr },
      terminal: request.tty || (interactive && stdin.isTTY === true),
      ...(platform.env['TERM'] && { term: platform.env['TERM'] }),
    };
    return interactive ? shell(connection, session) : exec(connection, request.command, session);
  });
}

/**
 * Runs a line of the guest's shell as root and returns what it prints.
 * @param timeoutMs how long a guest that does not let anybody in is waited for
 * @throws B2dError as `openSession`; (failure) with the command's own words when it ends with anything but 0.
 */
export async function runAsRoot(workspace: Pick<Workspace, 'platform'>, machine: Machine, command: string, timeoutMs?: number): Promise<string> {
  let printed = '';
  await streamAsRoot(workspace, machine, command, (text) => { printed += text; }, timeoutMs);
  return printed;
}

/** Like `runAsRoot`, for a command that prints for a long time: `onText` gets it as it comes, and the next when it is done; its error ends the session. */
export async function streamAsRoot(workspace: Pick<Workspace, 'platform'>, machine: Machine, command: string, onText: (text: string) => void | Promise<void>, timeoutMs = LOGIN_TIMEOUT_MS): Promise<void> {
  let complained = '';
  const collect = (take: (text: string) => void | Promise<void>): Writable => {
    const decoder = new TextDecoder();
    return new Writable({ write: (chunk: Uint8Array, _, done) => void (async () => take(decoder.decode(chunk, { stream: true })))().then(() => done(), done) });
  };
  const session = { streams: { stdin: Readable.from([]), stdout: collect(onText), stderr: collect((text) => { complained += text; }) }, terminal: false };
  const code = await withConnection(workspace, machine, { user: 'root', timeoutMs }, (connection) => exec(connection, [command], session));
  if (code !== 0) throw new B2dError(`A command in "${machine.record.name}" ended with ${code}: ${complained.trim().slice(-500)}`, { exit: 'failure' });
}

/** Runs a line of the guest's shell as root with this standard input. @returns its exit code and what it said, on both its outputs. @throws B2dError as `openSession` */
export async function askAsRoot(workspace: Pick<Workspace, 'platform'>, machine: Machine, command: string, input: Buffer): Promise<{ code: number; said: string }> {
  let said = '';
  const collect = (): Writable => new Writable({ write: (chunk, _, done) => { said += String(chunk); done(); } });
  const session = { streams: { stdin: Readable.from([input]), stdout: collect(), stderr: collect() }, terminal: false };
  const code = await withConnection(workspace, machine, { user: 'root' }, (connection) => exec(connection, [command], session));
  return { code, said: said.trim() };
}

/** Logs in to the machine for the time of `work`. @throws B2dError as `connectWhenReady`; (machineNotRunning) when it was never started */
export async function withConnection<T>(workspace: Pick<Workspace, 'platform'>, machine: Machine, login: Pick<ConnectOptions, 'user' | 'forwardAgent'> & { timeoutMs?: number }, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { record, paths } = machine;
  if (record.ports.ssh === undefined) throw machineNotRunning(record.name, { state: 'stopped', detail: 'It was never started.' });
  const keys = await readLoginKeys(workspace.platform, paths.directory);
  const connection = await connectWhenReady({ port: record.ports.ssh, ...keys, timeoutMs: LOGIN_TIMEOUT_MS, ...login });
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}
