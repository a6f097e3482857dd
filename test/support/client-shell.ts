import fs from 'node:fs/promises';
import path from 'node:path';
import { execute, type ExecOptions, type Result, type TestHome } from './b2d.ts';

/** A shell in which somebody has typed `eval "$(b2d env)"`: programs that run in it know of the machine what these variables say, and nothing else. */
export class ClientShell {
  readonly env: NodeJS.ProcessEnv;
  /** The user's home folder, of an awkward name. The docker client's plugins are installed there; there are no contexts. */
  readonly folder: string;

  private constructor(env: NodeJS.ProcessEnv, folder: string) {
    this.env = env;
    this.folder = folder;
  }

  static async open(home: TestHome): Promise<ClientShell> {
    const folder = path.join(home.home, 'user');
    await fs.mkdir(path.join(folder, '.docker'), { recursive: true });
    await fs.symlink(path.join(process.env['B2D_TEST_DOCKER_CONFIG'] as string, 'cli-plugins'), path.join(folder, '.docker', 'cli-plugins'));
    const { set } = JSON.parse(await home.must(['env', '--json'])) as { set: Record<string, string> };
    return new ClientShell({ PATH: process.env['PATH'], HOME: folder, ...set }, folder);
  }

  run(program: string, args: readonly string[], options: ExecOptions = {}): Promise<Result> {
    return execute(program, args, { ...options, env: { ...this.env, ...options.env } });
  }

  /** Runs a program that must succeed. @returns what it printed on stdout */
  async must(program: string, args: readonly string[], options: ExecOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(program, args, options);
    if (code !== 0) throw new Error(`${[path.basename(program), ...args].join(' ')} ended with ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Writes files into a new folder of that name. @returns the folder's path */
  async write(name: string, files: Record<string, string>): Promise<string> {
    const folder = path.join(this.folder, name);
    await fs.mkdir(folder);
    for (const [file, text] of Object.entries(files)) await fs.writeFile(path.join(folder, file), text);
    return folder;
  }
}
