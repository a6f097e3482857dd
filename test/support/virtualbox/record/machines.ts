import fs from 'node:fs/promises';
import path from 'node:path';
import type { Recorder } from './recorder.ts';

/** UUIDs of the recorded machines; tests name them too. */
export const RICH = '11111111-2222-4333-8444-555555555555';
export const PLAIN = '22222222-2222-4333-8444-555555555555';
export const ARM = '33333333-2222-4333-8444-555555555555';
export const NOBODY = '99999999-2222-4333-8444-555555555555';

/** A machine with all that is hard to read: an awkward name, rules, media, shares, a description of several lines. */
export async function makeRich(recorder: Recorder): Promise<void> {
  const { folder } = recorder;
  await fs.mkdir(path.join(folder, 'awkward "folder" ö'), { recursive: true });
  const file = (name: string): string => path.join(folder, 'awkward "folder" ö', name);
  for (const iso of ['boot.iso', 'config.iso']) await fs.writeFile(file(iso), Buffer.alloc(128 * 1024));
  await recorder.run('createvm', '--name', 'Jörg\'s "dev" {box}', '--uuid', RICH, '--basefolder', folder, '--ostype', 'Linux_64', '--platform-architecture', 'x86', '--register');
  await recorder.run(
    'modifyvm', RICH, '--memory', '64', '--cpus', '2', '--nic1', 'nat', '--nic-type1', 'virtio', '--nic2', 'nat', '--vm-execution-engine', 'interpreter',
    '--nat-pf1', 'docker,tcp,127.0.0.1,33761,,2376', '--nat-pf1', 'odd "name" ä,udp,,33762,10.0.2.15,53', '--nat-pf2', 'second card,tcp,,33763,,80', '--nat-pf2', 'its other,tcp,,33764,,81', '--nat-pf2', 'its third,tcp,,33765,,82',
    '--uart1', '0x3F8', '4', '--uart-mode1', 'file', file('console.log'), '--description', 'first line\nVMState="running"\nmemory=7\nC:\\temp "quoted"\nlast line',
  );
  await recorder.run('storagectl', RICH, '--name', 'SATA', '--add', 'sata', '--portcount', '5', '--hostiocache', 'on');
  await recorder.run('createmedium', 'disk', '--filename', file('data.vdi'), '--size', '64');
  await recorder.run('storageattach', RICH, '--storagectl', 'SATA', '--port', '0', '--device', '0', '--type', 'dvddrive', '--medium', file('boot.iso'));
  await recorder.run('storageattach', RICH, '--storagectl', 'SATA', '--port', '1', '--device', '0', '--type', 'dvddrive', '--medium', file('config.iso'));
  await recorder.run('storageattach', RICH, '--storagectl', 'SATA', '--port', '2', '--device', '0', '--type', 'hdd', '--medium', file('data.vdi'));
  await recorder.run('storageattach', RICH, '--storagectl', 'SATA', '--port', '3', '--device', '0', '--type', 'dvddrive', '--medium', 'emptydrive');
  await recorder.run('sharedfolder', 'add', RICH, '--name', 'work', '--hostpath', folder, '--automount');
}

/** One that starts: the interpreter runs it without the kernel module. */
export async function makePlain(recorder: Recorder): Promise<void> {
  await recorder.run('createvm', '--name', 'plain', '--uuid', PLAIN, '--basefolder', recorder.folder, '--ostype', 'Linux_64', '--platform-architecture', 'x86', '--register');
  await recorder.run('modifyvm', PLAIN, '--memory', '16', '--nic1', 'nat', '--vm-execution-engine', 'interpreter');
}

/** The process that runs a machine, by the UUID in its arguments. */
export async function processOf(uuid: string): Promise<number> {
  for (const pid of (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = (await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words.includes('--startvm') && words.includes(uuid)) return Number(pid);
  }
  throw new Error(`no process runs the machine ${uuid}`);
}
