import { describe, expect, test } from '@jest/globals';
import { parseMachineReadable } from '../../../src/virtualbox/machine-readable.ts';
import { recorded } from '../../support/virtualbox/record/recorded.ts';

describe.each(['unix', 'windows'] as const)('a recorded machine, %s line ends', (style) => {
  const entries = parseMachineReadable(recorded('showvminfo-rich', style).stdout);

  test('names and paths lose their escapes', () => {
    expect(entries.get('name')).toBe('Jörg\'s "dev" {box}');
    expect(entries.get('SATA-0-0')).toBe('/recorded/awkward "folder" ö/boot.iso');
  });

  test('what is printed without escapes is taken as it is', () => {
    expect(entries.get('uartmode1')).toBe('file,/recorded/awkward "folder" ö/console.log');
    expect(entries.get('Forwarding(1)')).toBe('odd "name" ä,udp,,33762,10.0.2.15,53');
  });

  test('values without quotes', () => {
    expect(entries.get('memory')).toBe('64');
  });

  test('a description of several lines is one value, and passes for no other entry', () => {
    expect(entries.get('description')).toBe('first line\nVMState="running"\nmemory=7\nC:\\temp "quoted"\nlast line');
    expect(entries.get('VMState')).toBe('poweroff');
    expect(entries.get('memory')).toBe('64');
  });

  test('a description printed without escapes, with quotes at line ends', () => {
    expect(entries.get('SnapshotDescription')).toBe('line 1\nline "2"\nline 3');
    expect(entries.get('SnapshotName-1')).toBe('a "b"/c');
    expect(entries.get('GuestMemoryBalloon')).toBe('0');
  });
});

test.each([
  ['a Windows path with escapes', 'CfgFile="C:\\\\Users\\\\Jörg\\\\b2d.vbox"', 'CfgFile', 'C:\\Users\\Jörg\\b2d.vbox'],
  ['a Windows path without', 'CfgFile="C:\\Users\\Jörg\\b2d.vbox"', 'CfgFile', 'C:\\Users\\Jörg\\b2d.vbox'],
  ['a network path with escapes', 'SnapFldr="\\\\\\\\server\\\\vms"', 'SnapFldr', '\\\\server\\vms'],
  ['a drive, escaped', 'SharedFolderPathMachineMapping1="D:\\\\"', 'SharedFolderPathMachineMapping1', 'D:\\'],
  ['a quoted key with escapes', '"SA \\"TA\\-0-0"="none"', 'SA \\"TA\\-0-0', 'none'],
  ['an empty value', 'teleporteraddress=""', 'teleporteraddress', ''],
  ['two equals signs', 'VRDEClients==0', 'VRDEClients', '=0'],
  ['a value with an equals sign', 'rec_screen_opts="ac_profile=med"', 'rec_screen_opts', 'ac_profile=med'],
])('%s', (_, line, key, value) => {
  expect(parseMachineReadable(`${line}\r\nnext="1"\r\n`)).toEqual(new Map([[key, value], ['next', '1']]));
});

test('a raw drive path, which ends like an escaped quote, does not swallow the next entry', () => {
  expect(parseMachineReadable('Path="D:\\"\nName="x"\n')).toEqual(new Map([['Path', 'D:\\'], ['Name', 'x']]));
});

test('output that was cut off keeps what is there', () => {
  expect(parseMachineReadable('name="box"\ndescription="half a li')).toEqual(new Map([['name', 'box'], ['description', 'half a li']]));
});
