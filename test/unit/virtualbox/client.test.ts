import fs from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { VirtualBox } from '../../../src/virtualbox/index.ts';
import { openVirtualBox } from '../../../src/virtualbox/open.ts';
import { NOBODY, PLAIN, RICH } from '../../support/virtualbox/record/machines.ts';
import { recordedHost } from '../../support/virtualbox/record/recorded.ts';

function open(...answers: Parameters<typeof recordedHost>[0]) {
  const host = recordedHost(answers);
  return { host, virtualBox: openVirtualBox(host, 'VBoxManage', { sleep: async () => undefined }) };
}

const SLOT = { controller: 'SATA', port: 2, device: 0 };
const RULE = { name: 'docker', protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 2376, guestAddress: '', guestPort: 2376 } as const;

test.each<[string, (virtualBox: VirtualBox) => Promise<unknown>]>([
  ['list runningvms', (box) => box.runningMachines()],
  [`createvm --name a "b" --uuid ${PLAIN} --basefolder /x y --ostype Linux_64 --register`, (box) => box.create({ name: 'a "b"', uuid: PLAIN, baseFolder: '/x y', osType: 'Linux_64' })],
  [`createvm --name a --uuid ${PLAIN} --basefolder /x --ostype L --platform-architecture arm --register`, (box) => box.create({ name: 'a', uuid: PLAIN, baseFolder: '/x', osType: 'L', platformArchitecture: 'arm' })],
  ['registervm /x/a.vbox', (box) => box.register('/x/a.vbox')],
  ['unregistervm U', (box) => box.unregister('U')],
  ['unregistervm U --delete', (box) => box.unregister('U', { deleteFiles: true })],
  ['modifyvm U --memory 5', (box) => box.modify('U', ['--memory', '5'])],
  ['storagectl U --name SATA --add sata --controller IntelAhci --portcount 4 --hostiocache on --bootable on', (box) => box.addController('U', { name: 'SATA', bus: 'sata', ports: 4, hostIoCache: true })],
  ['storageattach U --storagectl SATA --port 2 --device 0 --type hdd --medium /x.vdi --mtype normal', (box) => box.attach('U', { ...SLOT, type: 'hdd', medium: '/x.vdi', options: ['--mtype', 'normal'] })],
  ['storageattach U --storagectl SATA --port 2 --device 0 --medium none', (box) => box.detach('U', SLOT)],
  ['createmedium disk --filename /x.vdi --size 64 --format VDI --variant Standard', (box) => box.createDisk('/x.vdi', 64)],
  ['modifymedium disk /x.vdi --resize 128', (box) => box.resizeDisk('/x.vdi', 128)],
  ['closemedium dvd /x.iso', (box) => box.closeMedium('dvd', '/x.iso')],
  ['closemedium disk /x.vdi --delete', (box) => box.closeMedium('disk', '/x.vdi', { deleteFile: true })],
  ['startvm U --type headless', (box) => box.start('U')],
  ['controlvm U pause', (box) => box.pause('U')],
  ['controlvm U resume', (box) => box.resume('U')],
  ['controlvm U reset', (box) => box.reset('U')],
  ['controlvm U poweroff', (box) => box.powerOff('U')],
  ['controlvm U acpipowerbutton', (box) => box.acpiPowerButton('U')],
  ['controlvm U savestate', (box) => box.saveState('U')],
  ['discardstate U', (box) => box.discardState('U')],
  ['modifyvm U --nat-pf1 docker,tcp,127.0.0.1,2376,,2376', (box) => box.addForward('U', RULE, { live: false })],
  ['controlvm U natpf1 docker,tcp,127.0.0.1,2376,,2376', (box) => box.addForward('U', RULE, { live: true })],
  ['modifyvm U --nat-pf1 delete docker', (box) => box.deleteForward('U', 'docker', { live: false })],
  ['controlvm U natpf1 delete docker', (box) => box.deleteForward('U', 'docker', { live: true })],
  ['sharedfolder add U --name f --hostpath /a b', (box) => box.addSharedFolder('U', { name: 'f', hostPath: '/a b', readOnly: false }, { transient: false })],
  ['sharedfolder add U --name f --hostpath C:\\a --readonly --transient', (box) => box.addSharedFolder('U', { name: 'f', hostPath: 'C:\\a', readOnly: true }, { transient: true })],
  ['sharedfolder remove U --name f', (box) => box.removeSharedFolder('U', 'f', { transient: false })],
  ['sharedfolder remove U --name f --transient', (box) => box.removeSharedFolder('U', 'f', { transient: true })],
  ['sharedfolder modify U --name f --symlink-policy subtree', (box) => box.setSymlinkPolicy('U', 'f', 'subtree')],
  ['setextradata U key a b', (box) => box.setExtraData('U', 'key', 'a b')],
  ['setextradata U key', (box) => box.setExtraData('U', 'key', '')],
  ['snapshot U take one --description two', (box) => box.takeSnapshot('U', 'one', { description: 'two' })],
  ['snapshot U restore one', (box) => box.restoreSnapshot('U', 'one')],
  ['snapshot U delete one', (box) => box.deleteSnapshot('U', 'one')],
  ['list natnets', (box) => box.manage(['list', 'natnets'])],
])('%s', async (command, call) => {
  const { host, virtualBox } = open({ code: 0, stdout: '', stderr: '0%...10%...100%\n' });
  await call(virtualBox);
  expect(host.calls.map(([program, ...args]) => [program, args.join(' ')])).toEqual([['VBoxManage', command]]);
});

describe('a machine', () => {
  test('that is registered', async () => {
    expect(await open('showvminfo-rich').virtualBox.machine(RICH)).toMatchObject({ uuid: RICH, accessible: true });
  });

  test('that VirtualBox does not have is undefined', async () => {
    expect(await open('showvminfo-not-registered').virtualBox.machine(NOBODY)).toBeUndefined();
  });

  test('whose .vbox is gone is inaccessible', async () => {
    expect(await open('showvminfo-inaccessible', 'list-vms-inaccessible').virtualBox.machine(PLAIN)).toMatchObject({ uuid: PLAIN, accessible: false });
  });

  test.each(['list-vms-broken-settings', 'modifyvm-running'])('that cannot be asked for is a failure, not "none" (%s)', async (answer) => {
    await expect(open(answer).virtualBox.machine(PLAIN)).rejects.toMatchObject({ name: 'VBoxManageError' });
  });

  test('has snapshots, or none', async () => {
    expect(await open('showvminfo-rich').virtualBox.snapshots(RICH)).toHaveLength(3);
    expect(await open('showvminfo-running').virtualBox.snapshots(PLAIN)).toEqual([]);
  });
});

describe('a medium', () => {
  test.each([['/recorded/none.vdi', 'showmediuminfo-nowhere'], [NOBODY, 'showmediuminfo-unknown-uuid']])('%s is nowhere', async (medium, answer) => {
    expect(await open(answer).virtualBox.medium(medium)).toBeUndefined();
    await expect(open(answer).virtualBox.closeMedium('disk', medium)).resolves.toBeUndefined();
  });

  test('that cannot be asked for is a failure', async () => {
    await expect(open('list-vms-broken-settings').virtualBox.medium('/x.vdi')).rejects.toMatchObject({ problem: 'settings-damaged' });
    await expect(open('showmediuminfo-unknown-uuid').virtualBox.medium('relative.vdi')).rejects.toMatchObject({ codes: ['VBOX_E_FILE_ERROR'] });
  });

  test('in use is not closed', async () => {
    await expect(open('closemedium-attached').virtualBox.closeMedium('disk', '/x.vdi')).rejects.toMatchObject({ problem: 'medium-in-use' });
  });
});

test('an empty slot is detached already; a machine that is not there is a failure', async () => {
  await expect(open('storageattach-empty-slot').virtualBox.detach(RICH, SLOT)).resolves.toBeUndefined();
  await expect(open('showvminfo-not-registered').virtualBox.detach(RICH, SLOT)).rejects.toMatchObject({ problem: 'not-registered' });
});

test('a rule that is not there is deleted already; one that is there still is a failure', async () => {
  await expect(open('nat-rule-delete-unknown', 'showvminfo-rich').virtualBox.deleteForward(RICH, 'nope', { live: false })).resolves.toBeUndefined();
  await expect(open('nat-rule-delete-unknown', 'showvminfo-rich').virtualBox.deleteForward(RICH, 'docker', { live: true })).rejects.toMatchObject({ codes: ['NS_ERROR_INVALID_ARG'] });
  await expect(open('modifyvm-inaccessible').virtualBox.deleteForward(RICH, 'nope', { live: false })).rejects.toMatchObject({ problem: 'machine-inaccessible' });
});

test.each([false, true])('a shared folder that is not there is removed already; one that is there still is a failure (transient: %p)', async (transient) => {
  const [answer, left, uuid, name] = transient ? ['sharedfolder-remove-unknown-transient', 'showvminfo-transient-folder', PLAIN, 'later'] : ['sharedfolder-remove-unknown', 'showvminfo-shared-folders', RICH, 'plain'];
  await expect(open(answer, left).virtualBox.removeSharedFolder(uuid, 'nope', { transient })).resolves.toBeUndefined();
  await expect(open(answer, left).virtualBox.removeSharedFolder(uuid, name, { transient: !transient })).resolves.toBeUndefined();
  await expect(open(answer, left).virtualBox.removeSharedFolder(uuid, name, { transient })).rejects.toMatchObject({ name: 'VBoxManageError' });
});

test('an error at exit code 0 is a failure', async () => {
  await expect(open('discardstate-powered-off').virtualBox.discardState(RICH)).rejects.toMatchObject({ exitCode: 0, problem: 'wrong-state' });
});

test('the folder imports nothing outside itself but Node', async () => {
  const folder = path.join(import.meta.dirname, '../../../src/virtualbox');
  const files = await fs.readdir(folder);
  const imports = await Promise.all(files.map(async (file) => [...(await fs.readFile(path.join(folder, file), 'utf8')).matchAll(/ from '(.*)';/g)].map((match) => match[1]!)));
  expect(imports.flat().length).toBeGreaterThan(20);
  expect(imports.flat().filter((name) => !/^(?:node:|\.\/)/.test(name))).toEqual([]);
});
