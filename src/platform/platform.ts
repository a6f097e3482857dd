import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** The operating systems b2d runs on, by Node's names. */
export type OsName = 'win32' | 'darwin' | 'linux';

/** What a finished child process left. */
export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Milliseconds until the child is ended and the call rejects; 60,000 unless told. */
  timeoutMs?: number;
  env?: NodeJS.ProcessEnv;
  /** Sent to the child's standard input. Secrets go this way, never into an argument. */
  input?: string;
}

/**
 * Every fact about the host that differs between Windows, macOS and Linux, in one injected value, so that tests
 * run each branch anywhere. Code outside `src/platform` never reads `process.platform` or `os`.
 */
export interface Platform {
  readonly os: OsName;
  /** Node's name: `x64`, `arm64`. */
  readonly arch: string;
  readonly env: NodeJS.ProcessEnv;
  readonly homeDir: string;
  readonly tmpDir: string;
  readonly userName: string;
  /** The user's number; -1 on Windows. */
  readonly uid: number;
  /** The kernel's version: `10.0.19045` on Windows, where the last number is the build. */
  readonly release: string;
  /** The path rules of this operating system (`path.win32` or `path.posix`). */
  readonly path: path.PlatformPath;
  /** Bytes. */
  readonly totalMemory: number;
  readonly cpuCount: number;
  /** Bytes of memory that programs can still get; undefined on macOS, which counts only what was never used. */
  freeMemory(): number | undefined;
  /** Bytes that this user can still write to the volume of that folder. */
  freeDisk(folder: string): Promise<number>;
  /** Runs a program with an argument array, never a shell. Resolves whatever the exit code; rejects when it cannot be started or times out. */
  run(file: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
}

/** The platform of this process. */
export function hostPlatform(): Platform {
  const name = process.platform;
  const user = os.userInfo();
  return {
    os: name === 'win32' || name === 'darwin' ? name : 'linux',
    arch: process.arch,
    env: process.env,
    homeDir: os.homedir(),
    tmpDir: os.tmpdir(),
    userName: user.username,
    uid: user.uid,
    release: os.release(),
    path: name === 'win32' ? path.win32 : path.posix,
    totalMemory: os.totalmem(),
    cpuCount: os.availableParallelism(),
    freeMemory: () => (name === 'darwin' ? undefined : os.freemem()),
    freeDisk: async (folder) => {
      const { bavail, bsize } = await fs.statfs(folder);
      return bavail * bsize;
    },
    run,
  };
}

function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      { timeout: options.timeoutMs ?? 60_000, env: options.env ?? process.env, maxBuffer: 64 * 1024 * 1024, windowsHide: true, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') reject(error);
        else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
      },
    );
    child.stdin?.on('error', () => undefined); // the child may end without reading it
    child.stdin?.end(options.input ?? '');
  });
}
