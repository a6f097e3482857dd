import { spawn, type ChildProcess } from 'node:child_process';

/** Milliseconds that a shell has to answer on the busiest machine. */
const DEADLINE_MS = 90_000;

/** An interactive shell in a real pseudo-terminal (script(1)), typed into as by a user. Make an end with `end`. */
export class ShellSession {
  private text = '';
  private count = 0;
  private changed = (): void => undefined;
  private readonly child: ChildProcess;

  constructor(command: readonly string[], options: { env: NodeJS.ProcessEnv; cwd: string }) {
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const args = process.platform === 'darwin' ? ['-q', '/dev/null', ...command] : ['--quiet', '--flush', '--command', quoted, '/dev/null'];
    this.child = spawn('script', args, { env: { ...options.env, SHELL: '/bin/sh', TERM: 'vt100' }, cwd: options.cwd, stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout?.setEncoding('utf8').on('data', (data: string) => {
      this.text += data;
      this.changed();
    });
  }

  /** Types, and waits until the shell has written something like that since. @returns what it wrote */
  async type(text: string, until: RegExp): Promise<string> {
    this.text = '';
    this.child.stdin?.write(text);
    const late = Date.now() + DEADLINE_MS;
    while (!until.test(this.text)) {
      if (Date.now() > late) throw new Error(`The shell did not write ${until} after ${JSON.stringify(text)}, but ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.text;
  }

  /** Runs a line to its end. */
  async run(line: string): Promise<void> {
    const mark = ++this.count;
    await this.type(`${line}; echo ran "$((${mark}))"\r`, new RegExp(`ran ${mark}\r?\n`));
  }

  /** The words that the shell makes of a line after Tab was pressed at its end. */
  async completed(line: string): Promise<string[]> {
    const mark = ++this.count;
    // Ctrl-A: the line becomes the arguments of printf.
    const text = await this.type(`${line}\t\u0001printf '<%s>\\n' \u0005 "mark-$((${mark}))"\r`, new RegExp(`<mark-${mark}>\r?\n`));
    return [...text.matchAll(/^<(.*)>\r?$/gm)].map(([, word = '']) => word).slice(0, -1);
  }

  /** The terminal closes, which ends the shell. */
  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }
}
