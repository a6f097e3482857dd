import fs from 'node:fs';
import path from 'node:path';
import { fakePlatform } from '../../platform.ts';
import type { OsName, Platform, RunResult } from '../../../../src/platform/platform.ts';
import { RECORDINGS, type Recording } from './recorder.ts';

/** A recorded call, as it was, or with line ends and a program name as on Windows. */
export function recorded(name: string, style: 'unix' | 'windows' = 'unix'): Recording {
  const recording = JSON.parse(fs.readFileSync(path.join(RECORDINGS, `${name}.json`), 'utf8')) as Recording;
  if (style === 'unix') return recording;
  const windows = (text: string): string => text.replaceAll('VBoxManage: ', 'VBoxManage.exe: ').replaceAll('\n', '\r\n');
  return { ...recording, stdout: windows(recording.stdout), stderr: windows(recording.stderr) };
}

/** A host whose VBoxManage answers with these recordings (or failures to run), one after the other; the last one for all further calls. */
export function recordedHost(answers: readonly (string | Error | RunResult)[], os: OsName = 'linux', overrides: Partial<Platform> = {}): Platform & { calls: string[][]; environments: NodeJS.ProcessEnv[]; deadlines: number[] } {
  const calls: string[][] = [];
  const environments: NodeJS.ProcessEnv[] = [];
  const deadlines: number[] = [];
  const host = fakePlatform(os, {
    run: async (file, args, options = {}) => {
      const answer = answers[Math.min(calls.length, answers.length - 1)]!;
      calls.push([file, ...args]);
      environments.push(options.env ?? {});
      deadlines.push(options.timeoutMs ?? 0);
      if (answer instanceof Error) throw answer;
      if (typeof answer !== 'string') return answer;
      const { exitCode, stdout, stderr } = recorded(answer, os === 'win32' ? 'windows' : 'unix');
      return { code: exitCode, stdout, stderr };
    },
    ...overrides,
  });
  return Object.assign(host, { calls, environments, deadlines });
}
