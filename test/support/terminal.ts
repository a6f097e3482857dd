import { spawn } from 'node:child_process';

/**
 * Runs a program in a real pseudo-terminal (util-linux's script(1)), types into it once it has written something, and
 * returns the screen's text and the exit code.
 */
export function inTerminal(command: readonly string[], options: { env: NodeJS.ProcessEnv; type: string }): Promise<{ text: string; code: number }> {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['--quiet', '--return', '--flush', '--command', quoted, '/dev/null'], { env: { ...options.env, SHELL: '/bin/sh', TERM: 'xterm' }, stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (data: string) => {
      if (text === '') setTimeout(() => child.stdin.write(options.type), 500); // after the remote shell's first prompt
      text += data;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ text, code: code ?? -1 }));
  });
}
