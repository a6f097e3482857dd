import { expect, test } from '@jest/globals';
import { asksForInterpreter, parseSettings } from '../../../../src/drivers/virtualbox/settings.ts';

test('without settings there is nothing extra', () => {
  expect(parseSettings({ 'qemu.accel': 'tcg' })).toEqual({ modifyvm: [], extradata: {} });
  expect(parseSettings({ 'virtualbox.program': '', 'virtualbox.modifyvm': '', 'virtualbox.extradata': '' })).toEqual({ modifyvm: [], extradata: {} });
});

test('each setting is read', () => {
  const extra = { 'virtualbox.program': 'C:\\VirtualBox\\VBoxManage.exe', 'virtualbox.modifyvm': '["--cpuexecutioncap", "50"]', 'virtualbox.extradata': '{"VBoxInternal/X": "1", "gone": ""}' };
  expect(parseSettings(extra)).toEqual({ program: 'C:\\VirtualBox\\VBoxManage.exe', modifyvm: ['--cpuexecutioncap', '50'], extradata: { 'VBoxInternal/X': '1', gone: '' } });
});

test.each([
  ['virtualbox.modifyvm', '--cpuexecutioncap 50', 'array of strings'],
  ['virtualbox.modifyvm', '["--cpuexecutioncap", 50]', 'array of strings'],
  ['virtualbox.modifyvm', '{}', 'array of strings'],
  ['virtualbox.extradata', '["a"]', 'object of strings'],
  ['virtualbox.extradata', '{"a": 1}', 'object of strings'],
  ['virtualbox.extradata', 'null', 'object of strings'],
  ['virtualbox.extradata', '{"b2d/owner": "me"}', "b2d's own"],
  ['virtualbox.memory', '1024', 'knows virtualbox.program'],
])('%s=%s is refused by name', (name, value, reason) => {
  expect(() => parseSettings({ [name]: value })).toThrow(expect.objectContaining({ exit: 'usage', message: expect.stringContaining(name), reason: expect.stringContaining(reason) }));
});

test.each([
  [['--vm-execution-engine', 'interpreter'], true],
  [['--vm-execution-engine=interpreter'], true],
  [['--cpu-execution-cap', '50', '--vm-execution-engine', 'interpreter'], true],
  [['--vm-execution-engine', 'hwvirt'], false],
  [[], false],
])('%j asks for the interpreter: %s', (modifyvm, answer) => {
  expect(asksForInterpreter({ modifyvm, extradata: {} })).toBe(answer);
});
