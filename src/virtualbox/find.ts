import fs from 'node:fs';
import { registryInstallDir } from './find-windows-registry.ts';
import type { VirtualBoxHost } from './virtualbox.ts';

/** What a search left: VBoxManage and how it was found, or why there is none. */
export type VBoxManageSearch = { found: { program: string; by: string } } | { missing: string; looked: string[] };

export interface FindOptions {
  /** VBoxManage, or the folder it is in. One that is not there is an answer, no reason to look elsewhere. */
  program?: string;
  /** Where `program` comes from, for the sentence that says it is not there. */
  setting?: string;
  /** Whether a file is there and can be run. */
  isProgram?: (file: string) => boolean;
}

/** A folder to look into, and the words that say why. */
interface Place {
  folder: string;
  by: string;
}

/** Finds VBoxManage: as given, by VirtualBox's environment variables, the registry, the usual folders, PATH. */
export async function findVBoxManage(host: VirtualBoxHost, { program, setting = 'The given program', isProgram = isExecutable }: FindOptions = {}): Promise<VBoxManageSearch> {
  const { path } = host;
  const name = host.os === 'win32' ? 'VBoxManage.exe' : 'VBoxManage';
  if (program !== undefined) {
    const candidates = [program, path.join(program, name)];
    const found = candidates.find(isProgram);
    return found === undefined ? { missing: `${setting} names ${program}, which is not a program.`, looked: candidates } : { found: { program: found, by: setting } };
  }
  const looked: string[] = [];
  for await (const { folder, by } of places(host)) {
    const file = path.join(folder, name);
    if (isProgram(file)) return { found: { program: file, by } };
    looked.push(file);
  }
  return { missing: 'VirtualBox is not installed, or not where it is looked for.', looked: [...new Set(looked)] };
}

async function* places(host: VirtualBoxHost): AsyncGenerator<Place> {
  const { env, os, path } = host;
  for (const by of ['VBOX_INSTALL_PATH', 'VBOX_MSI_INSTALL_PATH']) {
    // The installer's variable may be a list, as VBOX_INSTALL_PATH was.
    for (const folder of (env[by] ?? '').split(path.delimiter).filter((entry) => path.isAbsolute(entry))) yield { folder, by };
  }
  if (os === 'win32') {
    const installed = await registryInstallDir(host);
    if (installed !== undefined) yield { folder: installed, by: 'the registry' };
    const roots = [env['ProgramW6432'], env['ProgramFiles'], 'C:\\Program Files'].filter((root) => root !== undefined && root !== '');
    for (const root of new Set(roots)) yield { folder: path.join(root!, 'Oracle', 'VirtualBox'), by: 'Program Files' };
  }
  if (os === 'darwin') yield { folder: '/Applications/VirtualBox.app/Contents/MacOS', by: '/Applications' };
  for (const folder of searchPath(host)) yield { folder, by: 'PATH' };
  if (os !== 'win32') for (const folder of ['/usr/local/bin', '/usr/bin']) yield { folder, by: 'the usual folders' };
}

/** The folders of PATH; on Windows entries may be quoted, and the variable is `Path` in a copied environment. */
function searchPath({ env, path }: VirtualBoxHost): string[] {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).map((folder) => folder.replace(/^"(.*)"$/, '$1'));
  return folders.filter((folder) => path.isAbsolute(folder));
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
