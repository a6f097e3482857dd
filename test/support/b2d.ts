import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { awkwardFolder, removeFolder } from './temp.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const b2dProgram = path.join(root, 'bin', 'b2d.js');

/** The image that `npm test` prepared. */
export const IMAGE = path.join(root, 'iso', 'out', 'b2d-amd64.iso');

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ExecOptions {
  input?: string | Buffer;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Called with the child as soon as it runs: to kill it, for example. */
  started?: (child: ChildProcess) => void;
}

/** Runs a program to its end; never throws for an exit code, 128 + 9 and the like for signals as `-1`. */
export function execute(file: string, args: readonly string[], options: ExecOptions = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: options.env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, ...output }));
    options.started?.(child);
  });
}

/** A B2D_HOME of its own for a test file, with an awkward path; `dispose` deletes its machines and the folder. */
export class TestHome {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;

  private constructor(home: string) {
    this.home = home;
    const inherited = Object.entries(process.env).filter(([name]) => !/^(B2D_|DOCKER_|NODE_OPTIONS$)/.test(name));
    const dockerConfig = path.join(path.dirname(home), 'docker'); // `up` makes docker contexts
    this.env = { ...Object.fromEntries(inherited), DOCKER_CONFIG: dockerConfig, B2D_HOME: home, B2D_MEMORY: '1536', B2D_CPUS: '2', B2D_READY_TIMEOUT: '900', B2D_ISO: IMAGE };
  }

  static async create(): Promise<TestHome> {
    return new TestHome(await awkwardFolder('b2d-e2e'));
  }

  /** Runs `b2d` as a user would. */
  b2d(args: readonly string[], options: ExecOptions = {}): Promise<Result> {
    return execute(process.execPath, [b2dProgram, ...args], { ...options, env: { ...this.env, ...options.env } });
  }

  /** Runs `b2d` and expects success. */
  async must(args: readonly string[], options: ExecOptions = {}): Promise<string> {
    const result = await this.b2d(args, options);
    if (result.code !== 0) throw new Error(`b2d ${args.join(' ')} ended with ${result.code}\n${result.stdout}${result.stderr}`);
    return result.stdout;
  }

  /** The environment that `b2d env` gives a shell, taken from its JSON. */
  async dockerEnv(machine = 'default'): Promise<NodeJS.ProcessEnv> {
    const { set } = JSON.parse(await this.must(['env', '--machine', machine, '--json'])) as { set: Record<string, string> };
    return { ...this.env, ...set, DOCKER_CONFIG: process.env['B2D_TEST_DOCKER_CONFIG'] };
  }

  /** Runs the real docker client against the machine. */
  async docker(args: readonly string[], options: ExecOptions & { machine?: string } = {}): Promise<Result> {
    const program = process.env['B2D_TEST_DOCKER'];
    if (!program) throw new Error('B2D_TEST_DOCKER is not set: run the tests by `npm test`, which brings a docker client.');
    return execute(program, args, { ...options, env: { ...(await this.dockerEnv(options.machine)), ...options.env } });
  }

  async dispose(): Promise<void> {
    const machines = await fs.readdir(path.join(this.home, 'machines')).catch(() => []);
    for (const name of machines) {
      const { code, stderr } = await this.b2d(['delete', '--yes', '--machine', name]);
      if (code !== 0 && code !== 3) process.stderr.write(stderr);
    }
    await removeFolder(this.home);
  }
}
