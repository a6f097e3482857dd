import { expect, test } from '@jest/globals';
import type { MachineSpec } from '../../../../src/drivers/driver.ts';
import { machineOptions, natForward, natOptions, natRules, osType } from '../../../../src/drivers/virtualbox/machine-options.ts';
import { rule } from '../../../support/machine.ts';

const spec: MachineSpec = {
  name: 'one', uuid: '11111111-2222-4333-8444-555555555555', directory: '/m', cpus: 3, memoryMiB: 1536, diskMiB: 64,
  dataDiskBase: '/m/data', imageFile: '/i.iso', configDriveFile: '/m/config.iso', consoleFile: 'C:\\Jörg\'s\\console.log', extra: {},
};
const settings = { modifyvm: ['--vm-execution-engine', 'interpreter'], extradata: {} };
const pairs = (options: string[]): string => options.join(' ');

test('an x86 machine: BIOS, no sound, no display, no USB, one network card, the console in its file, the user’s options last', () => {
  const options = machineOptions({ arch: 'x64' }, spec, settings, [], [rule('ssh', 2022)]);
  const text = pairs(options);
  for (const part of ['--memory 1536', '--cpus 3', '--firmware bios', '--paravirt-provider kvm', '--graphicscontroller none', '--audio-enabled off', '--nic1 nat', '--nic2 none', '--rtc-use-utc on', '--natdnshostresolver1 on', '--boot1 dvd', '--boot2 none']) expect(text).toContain(part);
  expect(text).not.toContain('--vram');
  expect(options.slice(options.indexOf('--uart-mode1'), options.indexOf('--uart-mode1') + 3)).toEqual(['--uart-mode1', 'file', spec.consoleFile]);
  expect(text).toContain('--nat-pf1 ssh,tcp,127.0.0.1,2022,,22');
  expect(options.slice(-2)).toEqual(settings.modifyvm);
  expect(options.every((option) => option !== '')).toBe(true);
});

test('the host’s loopback address is open to the guest unless told', () => {
  const option = (hostAccess?: boolean): string | undefined => {
    const options = machineOptions({ arch: 'x64' }, { ...spec, ...(hostAccess !== undefined && { hostAccess }) }, settings, [], []);
    return options[options.indexOf('--nat-localhostreachable1') + 1];
  };
  expect([option(), option(true), option(false)]).toEqual(['on', 'on', 'off']);
});

test('an ARM machine: its own chipset and EFI, and nothing of a PC', () => {
  const text = pairs(machineOptions({ arch: 'arm64' }, spec, settings, [], []));
  expect(text).toContain('--chipset armv8virtual --firmware efi');
  for (const part of ['bios', 'paravirt', 'ioapic', 'ich9', 'piix']) expect(text).not.toContain(part);
  expect([osType({ arch: 'arm64' }), osType({ arch: 'x64' })]).toEqual(['Linux_arm64', 'Linux26_64']);
});

test('rules: what is right stays, what differs is replaced, what is not wanted goes, deletions first', () => {
  const present = [rule('same', 1000), rule('moved', 1001), rule('gone', 1002)].map(natForward);
  expect(natOptions(present, [rule('new', 1001), rule('moved', 1003), rule('same', 1000)])).toEqual([
    '--nat-pf1', 'delete', 'moved', '--nat-pf1', 'delete', 'gone',
    '--nat-pf1', 'new,tcp,127.0.0.1,1001,,22', '--nat-pf1', 'moved,tcp,127.0.0.1,1003,,22',
  ]);
  expect(natOptions(present, [rule('gone', 1002), rule('moved', 1001), rule('same', 1000)])).toEqual([]);
});

test('a rule without a host address is one on every address', () => {
  const forward = { ...natForward(rule('web', 80, 8080)), hostAddress: '', guestAddress: '10.0.2.15' };
  expect(natRules({ forwards: [forward] })).toEqual([{ name: 'web', protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 80, guestPort: 8080 }]);
});
