import fs from 'node:fs/promises';
import path from 'node:path';
import { writeCompletionHome } from './completion-home.ts';
import { awkwardFolder, removeFolder } from './temp.ts';

const b2dProgram = path.resolve(import.meta.dirname, '..', '..', 'bin', 'b2d.js');

/** What a shell needs to complete: `b2d` on PATH, a home with machines, and a folder with files. */
export interface CompletionWorld {
  env: NodeJS.ProcessEnv;
  /** Has the files `disk.iso` and `my disk.iso`, and the folders `images` and `my images`. */
  cwd: string;
  home: string;
  dispose(): Promise<void>;
}

export async function completionWorld(): Promise<CompletionWorld> {
  const base = await awkwardFolder('b2d-completion');
  const [home, cwd, bin] = ['home', 'files', 'bin'].map((name) => path.join(base, name)) as [string, string, string];
  await writeCompletionHome(home);
  for (const folder of [bin, path.join(cwd, 'images'), path.join(cwd, 'my images')]) await fs.mkdir(folder, { recursive: true });
  for (const file of ['disk.iso', 'my disk.iso']) await fs.writeFile(path.join(cwd, file), '');
  if (process.platform === 'win32') await fs.writeFile(path.join(bin, 'b2d.cmd'), `@"${process.execPath}" "${b2dProgram}" %*\r\n`);
  else await fs.writeFile(path.join(bin, 'b2d'), `#!/bin/sh\nexec '${process.execPath}' '${b2dProgram}' "$@"\n`, { mode: 0o755 });
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(B2D_|NODE_OPTIONS$|INPUTRC$|ZDOTDIR$|PATH$)/i.test(name)));
  const env = { ...inherited, HOME: base, XDG_CONFIG_HOME: base, B2D_HOME: home, PATH: [bin, process.env['PATH']].join(path.delimiter), LC_ALL: 'C.UTF-8' };
  return { env, cwd, home, dispose: () => removeFolder(base) };
}
