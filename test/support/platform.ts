import path from 'node:path';
import { hostPlatform, type OsName, type Platform, type RunResult } from '../../src/platform/platform.ts';

/** A platform that looks like the given system; programs are not run but recorded and answered by `answer`. */
export function fakePlatform(os: OsName, overrides: Partial<Platform> = {}): Platform & { calls: string[][] } {
  const calls: string[][] = [];
  return {
    ...hostPlatform(),
    os,
    arch: 'x64',
    path: os === 'win32' ? path.win32 : path.posix,
    homeDir: os === 'win32' ? 'C:\\Users\\Jörg Müller' : '/home/jörg müller',
    tmpDir: os === 'win32' ? 'C:\\Temp' : '/tmp',
    userName: 'jörg',
    env: {},
    totalMemory: 16 * 1024 ** 3,
    cpuCount: 8,
    run: async (file, args): Promise<RunResult> => {
      calls.push([file, ...args]);
      return { code: 0, stdout: '', stderr: '' };
    },
    ...overrides,
    calls,
  };
}
