import { connectEndpoint, type Connection, type Endpoint } from './connection.ts';
import { QmpError } from './qmp-error.ts';

export interface QmpEvent {
  event: string;
  data?: Record<string, unknown>;
}

interface QmpMessage extends Partial<QmpEvent> {
  QMP?: unknown;
  id?: number;
  return?: unknown;
  error?: { class: string; desc: string };
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/**
 * One conversation with QEMU's control socket (https://www.qemu.org/docs/master/interop/qmp-spec.html).
 * QEMU serves one client at a time and lets the next one wait, so sessions are short: open, ask, close.
 */
export class QmpSession {
  onEvent: ((event: QmpEvent) => void) | undefined;
  readonly #connection: Connection;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #buffer = '';
  #greeted: (() => void) | undefined;
  #ended: QmpError | undefined;

  private constructor(connection: Connection) {
    this.#connection = connection;
    const { socket } = connection;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.#receive(chunk));
    socket.on('error', (error) => this.#end(new QmpError('closed', `The connection to QEMU broke: ${error.message}.`, error)));
    socket.on('close', () => this.#end(new QmpError('closed', 'QEMU closed the control connection.')));
  }

  /** Connects, waits for the greeting and leaves negotiation mode. @throws QmpError when that takes longer than `timeoutMs`. */
  static async open(endpoint: Endpoint, timeoutMs: number): Promise<QmpSession> {
    const deadline = Date.now() + timeoutMs;
    const session = new QmpSession(await connectEndpoint(endpoint, deadline));
    try {
      await session.#wait('the greeting', deadline - Date.now(), (resolve) => (session.#greeted = () => resolve(undefined)));
      await session.execute('qmp_capabilities', undefined, deadline - Date.now());
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** Runs one command. @throws QmpError with QEMU's own words when it is refused. */
  execute(command: string, args?: Record<string, unknown>, timeoutMs = 5_000): Promise<unknown> {
    return this.#wait(command, timeoutMs, (_resolve, id) => {
      this.#connection.send(`${JSON.stringify({ execute: command, ...(args && { arguments: args }), id })}\n`);
    });
  }

  close(): void {
    this.#end(new QmpError('closed', 'The control connection was closed by b2d.'));
    this.#connection.socket.destroy();
  }

  #wait(what: string, timeoutMs: number, begin: (resolve: (value: unknown) => void, id: number) => void): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#pending.delete(id);
        act();
      };
      const timer = setTimeout(() => settle(() => reject(new QmpError('timeout', `QEMU did not answer in time (${what}).`))), Math.max(0, timeoutMs));
      const pending: Pending = { timer, resolve: (value) => settle(() => resolve(value)), reject: (error) => settle(() => reject(error)) };
      this.#pending.set(id, pending);
      begin(pending.resolve, id);
    });
  }

  #receive(chunk: string): void {
    const lines = (this.#buffer + chunk).split('\n');
    this.#buffer = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') this.#handle(line);
  }

  #handle(line: string): void {
    let message: QmpMessage;
    try {
      message = JSON.parse(line) as QmpMessage;
    } catch {
      this.#connection.socket.destroy();
      return this.#end(new QmpError('closed', 'What answers on the control socket does not speak QMP.'));
    }
    if (message.QMP !== undefined) return this.#greeted?.();
    if (message.event !== undefined) return this.onEvent?.({ event: message.event, ...(message.data && { data: message.data }) });
    const pending = this.#pending.get(message.id ?? -1);
    if (message.error) pending?.reject(new QmpError('command', message.error.desc));
    else pending?.resolve(message.return);
  }

  #end(reason: QmpError): void {
    this.#ended ??= reason;
    for (const pending of [...this.#pending.values()]) pending.reject(this.#ended);
  }
}

/** Opens a session, does the work and closes it whatever happens. */
export async function withQmp<T>(endpoint: Endpoint, timeoutMs: number, work: (session: QmpSession) => Promise<T>): Promise<T> {
  const session = await QmpSession.open(endpoint, timeoutMs);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** Runs a command of QEMU's human monitor, for what QMP does not offer (NAT rules), and returns what it prints. */
export async function humanCommand(session: QmpSession, line: string): Promise<string> {
  return String(await session.execute('human-monitor-command', { 'command-line': line })).replaceAll('\r', '');
}
