import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ARM, makePlain, PLAIN, processOf, RICH } from './machines.ts';
import type { Recorder } from './recorder.ts';

/** Calls on machines that run, are suspended, ended badly. */
export async function recordRunning(recorder: Recorder): Promise<void> {
  const info = (state: string) => recorder.record(`showvminfo-${state}`, ['showvminfo', PLAIN, '--machinereadable']);
  await makePlain(recorder);
  await recorder.run('storagectl', PLAIN, '--name', 'SATA', '--add', 'sata', '--portcount', '2');
  const iso = path.join(recorder.folder, 'awkward "folder" ö', 'boot.iso');
  await recorder.run('storageattach', PLAIN, '--storagectl', 'SATA', '--port', '0', '--device', '0', '--type', 'dvddrive', '--medium', iso);
  await recorder.record('showmediuminfo-two-users', ['showmediuminfo', 'dvd', iso]);

  await recorder.record('startvm', ['startvm', PLAIN, '--type', 'headless']);
  await info('running');
  await recorder.record('list-runningvms', ['list', 'runningvms']);
  await recorder.run('sharedfolder', 'add', PLAIN, '--name', 'later', '--hostpath', recorder.folder, '--transient');
  await recorder.record('showvminfo-transient-folder', ['showvminfo', PLAIN, '--machinereadable']);
  await recorder.run('sharedfolder', 'remove', PLAIN, '--name', 'later', '--transient');
  await recorder.record('sharedfolder-remove-unknown-transient', ['sharedfolder', 'remove', PLAIN, '--name', 'later', '--transient']);
  await recorder.record('startvm-running', ['startvm', PLAIN, '--type', 'headless']);
  await recorder.record('modifyvm-running', ['modifyvm', PLAIN, '--memory', '32']);
  await recorder.record('unregistervm-running', ['unregistervm', PLAIN, '--delete']);
  await recorder.run('controlvm', PLAIN, 'pause');
  await info('paused');
  await recorder.record('controlvm-pause-paused', ['controlvm', PLAIN, 'pause']);
  await recorder.record('controlvm-savestate', ['controlvm', PLAIN, 'savestate']);
  await info('saved');
  await recorder.record('modifyvm-saved', ['modifyvm', PLAIN, '--memory', '32']);
  await recordBrokenStates(recorder);
  await recorder.run('startvm', PLAIN, '--type', 'headless');
  process.kill(await processOf(PLAIN), 'SIGKILL');
  await sleep(2000);
  await info('aborted');
  await fs.rename(iso, `${iso}.away`);
  await recorder.record('startvm-medium-gone', ['startvm', PLAIN, '--type', 'headless']);
  await fs.rename(`${iso}.away`, iso);

  await recorder.run('createvm', '--name', 'arm', '--uuid', ARM, '--basefolder', recorder.folder, '--ostype', 'Debian_arm64', '--platform-architecture', 'arm', '--register');
  await recorder.record('startvm-arm', ['startvm', ARM, '--type', 'headless']);
  await recorder.record('unregistervm', ['unregistervm', ARM, '--delete']);
}

/** A saved state with a few wrong bytes, and one that is cut off. */
async function recordBrokenStates(recorder: Recorder): Promise<void> {
  const folder = path.join(recorder.folder, 'plain', 'Snapshots');
  const [name] = (await fs.readdir(folder)).filter((file) => file.endsWith('.sav'));
  const file = path.join(folder, name!);
  const good = await fs.readFile(file);
  const bad = Buffer.from(good);
  const middle = Math.floor(bad.length / 2);
  bad.fill(0xff, middle, middle + 16);
  await fs.writeFile(file, bad);
  await recorder.record('startvm-saved-state-damaged', ['startvm', PLAIN, '--type', 'headless']);
  await recorder.record('showvminfo-aborted-saved', ['showvminfo', PLAIN, '--machinereadable']);
  await fs.writeFile(file, 'cut off');
  await recorder.record('startvm-saved-state-cut-off', ['startvm', PLAIN, '--type', 'headless']);
  await recorder.run('discardstate', PLAIN);
}

/** After VirtualBox's service was ended: machines and settings that cannot be read. It reads them at its start only. */
export async function recordUnreadable(recorder: Recorder): Promise<void> {
  const settings = /CfgFile="(.*)"/.exec(await recorder.run('showvminfo', PLAIN, '--machinereadable'))![1]!;
  await serviceEnds();
  await fs.rename(settings, `${settings}.away`);
  await recorder.record('showvminfo-inaccessible', ['showvminfo', PLAIN, '--machinereadable']);
  await recorder.record('list-vms-inaccessible', ['list', 'vms']);
  await recorder.record('modifyvm-inaccessible', ['modifyvm', PLAIN, '--memory', '32']);
  await fs.rename(`${settings}.away`, settings);
  await recorder.run('unregistervm', PLAIN);
  await recorder.run('registervm', settings);
  await recorder.record('registervm-again', ['registervm', settings]);
  await recorder.run('unregistervm', PLAIN, '--delete');
  await recorder.run('unregistervm', RICH, '--delete');
  await serviceEnds();
  await fs.writeFile(path.join(recorder.folder, 'home', 'VirtualBox.xml'), 'junk');
  await recorder.record('list-vms-broken-settings', ['list', 'vms']);
}

/** VBoxSVC ends by itself five seconds after its last use. */
export function serviceEnds(): Promise<void> {
  return sleep(8000);
}
