import fs from 'node:fs/promises';
import path from 'node:path';
import { NOBODY, RICH } from './machines.ts';
import type { Recorder } from './recorder.ts';

/** Calls on machines that are off. */
export async function recordSettings(recorder: Recorder): Promise<void> {
  const file = (name: string): string => path.join(recorder.folder, 'awkward "folder" ö', name);
  await recorder.record('list-vms', ['list', 'vms']);
  await recorder.record('list-vms-c-locale', ['list', 'vms'], { environment: { LANG: 'C' } });
  await recorder.record('showvminfo-c-locale', ['showvminfo', 'Jörg'], { environment: { LANG: 'C' } });
  await recorder.record('list-hostinfo', ['list', 'hostinfo']);
  await recorder.record('list-systemproperties', ['list', 'systemproperties']);
  await recorder.record('snapshot-list-none', ['snapshot', RICH, 'list', '--machinereadable']);
  await recorder.record('snapshot-take', ['snapshot', RICH, 'take', 'first ünit', '--description', 'line 1\nline "2"\nline 3']);
  await recorder.run('snapshot', RICH, 'take', 'a "b"/c');
  await recorder.run('snapshot', RICH, 'restore', 'first ünit');
  await recorder.run('snapshot', RICH, 'take', 'first ünit');
  await recorder.record('snapshot-list', ['snapshot', RICH, 'list', '--machinereadable']);
  await recorder.record('snapshot-restore-unknown', ['snapshot', RICH, 'restore', 'nope']);
  await recorder.record('showvminfo-rich', ['showvminfo', RICH, '--machinereadable']);
  await recorder.record('showvminfo-not-registered', ['showvminfo', NOBODY, '--machinereadable']);
  await recorder.record('createvm-existing', ['createvm', '--name', 'other', '--uuid', RICH, '--basefolder', recorder.folder, '--ostype', 'Linux_64', '--register']);
  await fs.rm(path.join(recorder.folder, 'other'), { recursive: true, force: true });

  await recorder.record('modifyvm-bad-option', ['modifyvm', RICH, '--memory', '128', '--bogus', '3']);
  await recorder.record('modifyvm-bad-value', ['modifyvm', RICH, '--memory', '128', '--cpus', 'foo']);
  await recorder.record('usage-without-arguments', ['showvminfo']);
  await recorder.record('usage-bad-argument', ['sharedfolder', 'add', RICH, '--name', 'with space', '--hostpath', recorder.folder]);
  await recorder.run('sharedfolder', 'add', RICH, '--name', 'plain', '--hostpath', recorder.folder);
  await recorder.run('sharedfolder', 'add', RICH, '--name', 'awkward', '--hostpath', file('.'), '--readonly');
  await recorder.record('showvminfo-shared-folders', ['showvminfo', RICH, '--machinereadable']);
  await recorder.record('sharedfolder-remove-unknown', ['sharedfolder', 'remove', RICH, '--name', 'nope']);
  await recorder.record('discardstate-powered-off', ['discardstate', RICH]);
  await recorder.record('controlvm-powered-off', ['controlvm', RICH, 'poweroff']);
  await recorder.record('nat-rule-existing', ['modifyvm', RICH, '--nat-pf1', 'docker,tcp,127.0.0.1,33777,,2376']);
  await recorder.record('nat-rule-port-existing', ['modifyvm', RICH, '--nat-pf1', 'other,tcp,127.0.0.1,33761,,2376']);
  await recorder.record('nat-rule-delete-unknown', ['modifyvm', RICH, '--nat-pf1', 'delete', 'nope']);
  await recorder.record('storageattach-empty-slot', ['storageattach', RICH, '--storagectl', 'SATA', '--port', '4', '--device', '0', '--medium', 'none']);

  await recorder.run('setextradata', RICH, 'owner', 'x "y"\nsecond line');
  await recorder.record('getextradata', ['getextradata', RICH, 'owner']);
  await recorder.record('getextradata-none', ['getextradata', RICH, 'nothing']);

  await recorder.record('createmedium-existing', ['createmedium', 'disk', '--filename', file('data.vdi'), '--size', '64']);
  await recorder.record('showmediuminfo-disk', ['showmediuminfo', 'disk', file('data.vdi')]);
  await recorder.record('showmediuminfo-dvd', ['showmediuminfo', 'dvd', file('boot.iso')]);
  await recorder.record('showmediuminfo-nowhere', ['showmediuminfo', 'disk', file('none.vdi')]);
  await recorder.record('showmediuminfo-unknown-uuid', ['showmediuminfo', 'disk', NOBODY]);
  await recorder.record('closemedium-attached', ['closemedium', 'disk', file('data.vdi')]);
  await recorder.run('createmedium', 'disk', '--filename', file('gone.vdi'), '--size', '8');
  await fs.rm(file('gone.vdi'));
  await recorder.record('showmediuminfo-inaccessible', ['showmediuminfo', 'disk', file('gone.vdi')]);
  await recorder.run('closemedium', 'disk', file('gone.vdi'));
  await recorder.run('createmedium', 'disk', '--filename', file('copied.vdi'), '--size', '8');
  await fs.copyFile(file('copied.vdi'), file('copy.vdi'));
  await recorder.record('storageattach-duplicate-uuid', ['storageattach', RICH, '--storagectl', 'SATA', '--port', '4', '--device', '0', '--type', 'hdd', '--medium', file('copy.vdi')]);
  await recorder.run('closemedium', 'disk', file('copied.vdi'), '--delete');
}
