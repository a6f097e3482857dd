import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { eventually } from './eventually.ts';
import { execute, type Result } from './b2d.ts';
import { plainFolder } from './temp.ts';
import { tool } from './tools.ts';

const SCRIPT = path.join(import.meta.dirname, 'user-manager.sh');
const WAIT_MS = 60_000;

/** The sessions of a user of a computer with systemd, who has folders of their own: each begins with a manager of the user's units. Needs root. */
export class UserSessions {
  readonly env: NodeJS.ProcessEnv;
  private readonly runtime: string;
  private manager: { child: ChildProcess; ended: Promise<number | null>; output: string } | undefined;

  private constructor(env: NodeJS.ProcessEnv, runtime: string) {
    this.env = env;
    this.runtime = runtime;
  }

  /** @param env what the user's shells and services have @param config their XDG_CONFIG_HOME */
  static async create(env: NodeJS.ProcessEnv, config: string): Promise<UserSessions> {
    const runtime = await plainFolder('b2d-run'); // a path of a socket has little room
    await fs.mkdir(config, { recursive: true });
    const { DBUS_SESSION_BUS_ADDRESS: _, ...rest } = env;
    return new UserSessions({ ...rest, XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: config }, runtime);
  }

  async login(): Promise<void> {
    const child = spawn(tool('unshare', 'util-linux'), ['--mount', '--propagation', 'private', 'sh', SCRIPT], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const manager = { child, ended: new Promise<number | null>((resolve) => child.once('close', resolve)), output: '' };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (manager.output += text));
    this.manager = manager;
    await eventually(async () => {
      const { code, stderr } = await this.systemctl(['show', '--property=Version']);
      if (code !== 0) throw new Error(`systemd does not answer: ${stderr}${manager.output}`);
    }, WAIT_MS);
  }

  systemctl(args: readonly string[]): Promise<Result> {
    return execute('systemctl', ['--user', ...args], { env: this.env });
  }

  /** A property of a unit, as systemd itself has read it. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.systemctl(['show', `--property=${name}`, '--value', unit])).stdout.trim();
  }

  /** Ends the session: the units are stopped in order, and what is left is killed. @returns what systemd and its units said */
  async logout(): Promise<string> {
    const { manager } = this;
    if (manager === undefined) return '';
    this.manager = undefined;
    manager.child.kill('SIGTERM');
    await manager.ended;
    return manager.output;
  }

  async dispose(): Promise<void> {
    await this.logout();
    await fs.rm(this.runtime, { recursive: true, force: true });
  }
}
