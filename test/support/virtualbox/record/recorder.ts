import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';

/** One call of the real VBoxManage. */
export interface Recording {
  /** The arguments, and what of the environment mattered. */
  command: string[];
  exitCode: number;
  stdout: string;
  stderr: string;
}

export const RECORDINGS = path.join(import.meta.dirname, 'recordings');
/** Stands for the temporary folder of the recording. */
export const FOLDER = '/recorded';

/** Runs the real VBoxManage in a settings folder of its own, below `folder`, and writes down what it prints. */
export class Recorder {
  readonly vboxManage: string;
  readonly folder: string;

  constructor(vboxManage: string, folder: string) {
    this.vboxManage = vboxManage;
    this.folder = folder;
  }

  get environment(): NodeJS.ProcessEnv {
    const { PATH } = process.env;
    return { PATH, LANG: 'C.UTF-8', VBOX_USER_HOME: path.join(this.folder, 'home'), VBOX_TEST_USER: path.basename(this.folder) };
  }

  /** Prepares something: what it prints is not kept, a failure is one. */
  async run(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.call(this.vboxManage, args, this.environment);
    if (exitCode !== 0) throw new Error(`VBoxManage ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    return stdout;
  }

  /** Records a call as `recordings/NAME.json`. */
  async record(name: string, args: readonly string[], options: { environment?: NodeJS.ProcessEnv; program?: readonly [string, ...string[]] } = {}): Promise<Recording> {
    const [program, ...first] = options.program ?? [this.vboxManage];
    const result = await this.call(program, [...first, ...args], { ...this.environment, ...options.environment });
    const words = [...Object.entries(options.environment ?? {}).map(([key, value]) => `${key}=${value}`), ...args];
    const recording = { command: words, ...result };
    const text = this.scrub(JSON.stringify(recording, null, 2));
    await fs.writeFile(path.join(RECORDINGS, `${name}.json`), `${text}\n`);
    process.stdout.write(`${name}: exit code ${result.exitCode}\n`);
    return result as Recording;
  }

  /** Leaves out what is of the computer that recorded. */
  private scrub(text: string): string {
    return text
      .replaceAll(this.folder, FOLDER)
      .replace(/(Operating system version: )[^\\"]*/g, '$16.1.0')
      .replace(/(most likely linux-headers-)[^\\"]*?\./g, '$1amd64.')
      .replace(/(Memory (?:size|available): )\d+/g, '$116000');
  }

  private call(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Omit<Recording, 'command'>> {
    return new Promise((resolve, reject) => {
      execFile(file, args, { env, timeout: 120_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') reject(error);
        else resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
      });
    });
  }
}
