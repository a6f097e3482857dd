import fs from 'node:fs';
import type { Platform } from './platform.ts';

/** The first executable of that name on PATH (with PATHEXT on Windows), or undefined. */
export function which(platform: Platform, program: string): string | undefined {
  const { path, env } = platform;
  const windows = platform.os === 'win32';
  const endings = windows ? (env['PATHEXT'] ?? '.EXE;.CMD').split(';') : [''];
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).map((folder) => folder.replace(/^"(.*)"$/, '$1'));
  for (const folder of folders.filter((entry) => path.isAbsolute(entry))) {
    for (const ending of endings) {
      const file = path.join(folder, program.toLowerCase().endsWith(ending.toLowerCase()) ? program : program + ending);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

/** Whether that file can be run by this user. */
export function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
