import { describe, expect, test } from '@jest/globals';
import { inaccessibleMachine, parseMachineInfo } from '../../../src/virtualbox/machine-info.ts';
import { snapshotsOf } from '../../../src/virtualbox/snapshots.ts';
import { PLAIN, RICH } from '../../support/virtualbox/record/machines.ts';
import { recorded } from '../../support/virtualbox/record/recorded.ts';

describe.each(['unix', 'windows'] as const)('a machine with everything, %s line ends', (style) => {
  const info = parseMachineInfo(recorded('showvminfo-rich', style).stdout);

  test('its facts', () => {
    expect(info).toMatchObject({
      uuid: RICH,
      name: 'Jörg\'s "dev" {box}',
      accessible: true,
      state: 'poweroff',
      memoryMiB: 64,
      cpus: 2,
      session: undefined,
      settingsFile: '/recorded/Jörg_s _dev_ _box_/Jörg_s _dev_ _box_.vbox',
      logFolder: '/recorded/Jörg_s _dev_ _box_/Logs',
      snapshotFolder: '/recorded/Jörg_s _dev_ _box_/Snapshots',
    });
    expect(info.stateChangedAt).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('the rules of its first network card only', () => {
    expect(info.forwards).toEqual([
      { name: 'docker', protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 33761, guestAddress: '', guestPort: 2376 },
      { name: 'odd "name" ä', protocol: 'udp', hostAddress: '', hostPort: 33762, guestAddress: '10.0.2.15', guestPort: 53 },
    ]);
  });

  test('its media, without the empty drive and the empty slot', () => {
    expect(info.controllers).toEqual(['SATA']);
    expect(info.attachments.map(({ controller, port, device, file }) => [controller, port, device, file.replace(/\{.*\}/, '{}')])).toEqual([
      ['SATA', 0, 0, '/recorded/awkward "folder" ö/boot.iso'],
      ['SATA', 1, 0, '/recorded/awkward "folder" ö/config.iso'],
      ['SATA', 2, 0, '/recorded/Jörg_s _dev_ _box_/Snapshots/{}.vdi'],
    ]);
    for (const { uuid } of info.attachments) expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('its snapshots: a tree with names that come twice, and a slash in one', () => {
    const snapshots = snapshotsOf(info.raw);
    expect(snapshots.map(({ name, path, description, current }) => ({ name, path, description, current }))).toEqual([
      { name: 'first ünit', path: 'first ünit', description: 'line 1\nline "2"\nline 3', current: false },
      { name: 'a "b"/c', path: 'first ünit/a "b"/c', description: '', current: false },
      { name: 'first ünit', path: 'first ünit/first ünit', description: '', current: true },
    ]);
    expect(new Set(snapshots.map(({ uuid }) => uuid)).size).toBe(3);
  });
});

test.each([
  ['running', 'headless'],
  ['paused', 'headless'],
  ['saved', undefined],
  ['aborted', undefined],
  ['aborted-saved', undefined],
])('a machine that is %s', (state, session) => {
  expect(parseMachineInfo(recorded(`showvminfo-${state}`).stdout)).toMatchObject({ uuid: PLAIN, state, session });
});

test('shared folders, its own and those until it goes off', () => {
  const own = parseMachineInfo(recorded('showvminfo-shared-folders').stdout).sharedFolders;
  expect(own).toEqual(expect.arrayContaining([{ name: 'plain', hostPath: '/recorded', kind: 'machine' }, { name: 'awkward', hostPath: expect.stringContaining('/recorded/awkward "folder" ö'), kind: 'machine' }]));
  expect(parseMachineInfo(recorded('showvminfo-transient-folder').stdout).sharedFolders).toEqual([{ name: 'later', hostPath: '/recorded', kind: 'transient' }]);
  expect(parseMachineInfo(recorded('showvminfo-running').stdout).sharedFolders).toEqual([]);
});

test('a state of a newer VirtualBox is unknown', () => {
  expect(parseMachineInfo('name="x"\nVMState="dreaming"\n').state).toBe('unknown');
});

test('a controller whose name begins with another one’s', () => {
  const text = 'storagecontrollername0="SATA"\nstoragecontrollername1="SATA-1"\n"SATA-0-0"="/a"\n"SATA-1-2-0"="/b"\n';
  expect(parseMachineInfo(text).attachments.map(({ controller, port, file }) => [controller, port, file])).toEqual([['SATA', 0, '/a'], ['SATA-1', 2, '/b']]);
});

test('of an inaccessible machine only the UUID is told', () => {
  expect(inaccessibleMachine(PLAIN)).toMatchObject({ uuid: PLAIN, accessible: false, state: 'unknown', attachments: [] });
});
