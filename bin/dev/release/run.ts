import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { B2dError, messageOf } from '../../../src/errors.ts';

/**
 * Runs a program in a folder and returns its standard output.
 * @throws B2dError with the last lines of what it said, when it cannot be run or does not end with 0
 */
export async function output(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, args, { cwd, env, maxBuffer: 64 * 1024 * 1024, windowsHide: true });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
    throw new B2dError(`${[file, ...args].join(' ')} failed.`, { reason: lines.length === 0 ? messageOf(error) : undefined, details: lines.slice(-20), cause: error });
  }
}

/** Runs npm without a network: the one that `npm run` is, on this very Node; the one on PATH where this was started otherwise. */
export function npm(args: readonly string[], cwd: string): Promise<string> {
  const script = process.env['npm_execpath'];
  return script ? output(process.execPath, [script, ...args, '--offline'], cwd) : output('npm', [...args, '--offline'], cwd);
}
