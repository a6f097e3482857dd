import { describe, expect, test } from '@jest/globals';
import { parseRegistryValue } from '../../../src/virtualbox/find-windows-registry.ts';
import { parseExtraData, parseMachineList, parseProperties } from '../../../src/virtualbox/lists.ts';
import { isUuid, parseMediumInfo } from '../../../src/virtualbox/medium-info.ts';
import { formatForward, parseForward } from '../../../src/virtualbox/nat-rules.ts';
import { PLAIN, RICH } from '../../support/virtualbox/record/machines.ts';
import { recorded } from '../../support/virtualbox/record/recorded.ts';

describe.each(['unix', 'windows'] as const)('%s line ends', (style) => {
  const stdout = (name: string): string => recorded(name, style).stdout;

  test('machines, with quotes and braces in a name', () => {
    expect(parseMachineList(stdout('list-vms'))).toEqual([{ uuid: RICH, name: 'Jörg\'s "dev" {box}' }]);
    expect(parseMachineList(stdout('list-runningvms'))).toEqual([{ uuid: PLAIN, name: 'plain' }]);
  });

  test('a machine whose .vbox is gone', () => {
    expect(parseMachineList(stdout('list-vms-inaccessible'))).toContainEqual({ uuid: PLAIN, name: '<inaccessible>' });
  });

  test('host information and system properties', () => {
    expect(parseProperties(stdout('list-hostinfo')).get('Processor supports HW virtualization')).toBe('no');
    const properties = parseProperties(stdout('list-systemproperties'));
    expect(properties.get('API version')).toBe('7_2');
    expect(properties.get('Maximum guest RAM size')).toBe('2097152 Megabytes');
    expect(properties.get('Default frontend')).toBe('');
  });

  test('extra data of several lines, and none', () => {
    expect(parseExtraData(stdout('getextradata'))).toBe('x "y"\nsecond line');
    expect(parseExtraData(stdout('getextradata-none'))).toBeUndefined();
  });

  test('a disk with a snapshot', () => {
    const medium = parseMediumInfo(stdout('showmediuminfo-disk'));
    expect(medium).toMatchObject({ file: '/recorded/awkward "folder" ö/data.vdi', format: 'VDI', capacityMiB: 64, sizeOnDiskMiB: 2, state: 'created', accessError: undefined, usedBy: [RICH] });
    expect(isUuid(medium.uuid)).toBe(true);
    expect(medium.children).toHaveLength(2); // a differencing image for each branch of snapshots
    for (const child of medium.children) expect(isUuid(child)).toBe(true);
  });

  test('a boot image in two machines', () => {
    expect(parseMediumInfo(stdout('showmediuminfo-two-users')).usedBy.sort()).toEqual([RICH, PLAIN]);
  });

  test('a disk whose file is gone', () => {
    expect(parseMediumInfo(stdout('showmediuminfo-inaccessible'))).toMatchObject({ state: 'inaccessible', accessError: expect.stringContaining('Could not open the medium'), capacityMiB: 8 });
  });
});

test('rules with commas in the name, and what is no rule', () => {
  expect(parseForward('a,b,tcp,,1,,2')).toMatchObject({ name: 'a,b', hostPort: 1, guestPort: 2 });
  expect(parseForward('tcp,,1,,2')).toBeUndefined();
  expect(parseForward('x,sctp,,1,,2')).toBeUndefined();
});

test('a rule is written as it is read', () => {
  const text = 'docker,tcp,127.0.0.1,2376,,2376';
  expect(formatForward(parseForward(text)!)).toBe(text);
  expect(() => formatForward({ ...parseForward(text)!, name: 'a,b' })).toThrow('no comma');
});

test('the registry’s answer', () => {
  const text = '\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Oracle\\VirtualBox\r\n    InstallDir    REG_SZ    C:\\Program Files\\Oracle\\VirtualBox\\\r\n\r\n';
  expect(parseRegistryValue(text, 'InstallDir')).toBe('C:\\Program Files\\Oracle\\VirtualBox\\');
  expect(parseRegistryValue(text, 'Version')).toBeUndefined();
});
