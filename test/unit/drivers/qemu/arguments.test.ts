import { expect, test } from '@jest/globals';
import type { MachineSpec } from '../../../../src/drivers/driver.ts';
import { buildArguments, hostForward, type ArgumentInput } from '../../../../src/drivers/qemu/arguments.ts';
import { qemuFiles } from '../../../../src/drivers/qemu/layout.ts';
import type { OsName, Platform } from '../../../../src/platform/platform.ts';
import { fakePlatform } from '../../../support/platform.ts';
import { rule } from '../../../support/machine.ts';

function input(platform: Platform, directory: string, overrides: Partial<ArgumentInput> = {}): ArgumentInput {
  const { path } = platform;
  const spec: MachineSpec = {
    name: 'default',
    uuid: '11111111-2222-4333-8444-555555555555',
    directory,
    cpus: 2,
    memoryMiB: 2048,
    diskMiB: 20480,
    dataDiskBase: path.join(directory, 'data'),
    imageFile: path.join(directory, '..', '..', 'images', 'abc.iso'),
    configDriveFile: path.join(directory, 'config.iso'),
    consoleFile: path.join(directory, 'console.log'),
    extra: {},
  };
  const files = qemuFiles(spec, path);
  return { spec, files, rules: [], endpoint: { kind: 'unix', path: `${files.folder}/qmp.sock` }, accelerator: { accel: 'kvm', cpu: 'host' }, extraArguments: [], ...overrides };
}

function build(os: OsName, directory: string, overrides: Partial<ArgumentInput> = {}): string[] {
  const platform = fakePlatform(os);
  return buildArguments(platform, input(platform, directory, overrides));
}

function blockNodes(args: string[]): Record<string, { driver: string; 'read-only'?: boolean; file: { driver: string; filename: string } }> {
  const nodes = args.filter((_, index) => args[index - 1] === '-blockdev').map((json) => JSON.parse(json) as never);
  return Object.fromEntries(nodes.map((node) => [node['node-name'], node]));
}

test('nothing is left to defaults, and every disk states its format and file driver', () => {
  const args = build('linux', '/home/u/.b2d/machines/default');
  expect(args).toEqual(expect.arrayContaining(['-nodefaults', '-no-user-config', '-accel', 'kvm', '-cpu', 'host', 'size=2048M', 'cpus=2,sockets=1', 'base=utc']));
  expect(blockNodes(args)).toEqual({
    data: { driver: 'qcow2', 'node-name': 'data', discard: 'unmap', file: { driver: 'file', filename: '/home/u/.b2d/machines/default/data.qcow2', discard: 'unmap' } },
    image: { driver: 'raw', 'node-name': 'image', 'read-only': true, file: { driver: 'file', filename: '/home/u/.b2d/images/abc.iso' } },
    config: { driver: 'raw', 'node-name': 'config', 'read-only': true, file: { driver: 'file', filename: '/home/u/.b2d/machines/default/config.iso' } },
  });
  expect(args).not.toContain('-drive');
});

test('commas are doubled where QEMU splits at them, and left alone in JSON', () => {
  const args = build('linux', '/a,b/"q" \'x\'=1');
  expect(args).toContain('file,id=console,path=/a,,b/"q" \'x\'=1/console.log,append=off');
  expect(args).toContain('socket,id=control,path=/a,,b/"q" \'x\'=1/qemu/qmp.sock,server=on,wait=off');
  expect(blockNodes(args)['data']?.file.filename).toBe('/a,b/"q" \'x\'=1/data.qcow2');
});

test('on Windows paths are relative to the machine’s folder, so that no letter is lost in the ANSI code page', () => {
  const args = build('win32', 'C:\\Users\\Jörg Müller\\.b2d\\machines\\default', { endpoint: { kind: 'tls', port: 4711, keyFile: 'unused' } });
  expect(args.join(' ')).not.toContain('Jörg');
  expect(blockNodes(args)['image']?.file.filename).toBe('..\\..\\images\\abc.iso');
  expect(args).toContain('tls-creds-psk,id=control-key,endpoint=server,dir=qemu\\credentials');
  expect(args).toContain('socket,id=control,host=127.0.0.1,port=4711,ipv4=on,server=on,wait=off,tls-creds=control-key');
  expect(args).toContain('file,id=console,path=console.log,append=off');
});

test('a Windows path on another drive stays absolute', () => {
  const platform = fakePlatform('win32');
  const base = input(platform, 'C:\\m');
  const args = buildArguments(platform, { ...base, spec: { ...base.spec, imageFile: 'D:\\iso\\b2d.iso' } });
  expect(blockNodes(args)['image']?.file.filename).toBe('D:\\iso\\b2d.iso');
});

test('the key itself is in no argument', () => {
  const args = build('win32', 'C:\\m', { endpoint: { kind: 'tls', port: 1, keyFile: 'C:\\m\\qemu\\credentials\\keys.psk' } });
  expect(args.join(' ')).not.toContain('keys.psk');
});

test('NAT rules are bound to their host address', () => {
  const args = build('linux', '/m', { rules: [rule('ssh', 50022), { ...rule('dns', 50053, 53), protocol: 'udp' }] });
  expect(args).toContain('user,id=net0,ipv6=off,hostfwd=tcp:127.0.0.1:50022-:22,hostfwd=udp:127.0.0.1:50053-:53');
  expect(() => hostForward({ ...rule('x', 1), hostAddress: '127.0.0.1,hostfwd=tcp::1-:1' })).toThrow('cannot bind');
});

test('shared folders: commas doubled, the host’s own modes and links, read-only by QEMU too', () => {
  const platform = fakePlatform('linux');
  const base = input(platform, '/m');
  const shares = [{ tag: 'b2d-1', hostPath: '/a, "b"/машина=x', readOnly: false }, { tag: 'b2d-2', hostPath: '/c', readOnly: true }];
  const args = buildArguments(platform, { ...base, spec: { ...base.spec, shares } });
  expect(args.filter((_, index) => args[index - 1] === '-fsdev')).toEqual([
    'local,id=b2d-1,path=/a,, "b"/машина=x,security_model=none,multidevs=remap',
    'local,id=b2d-2,path=/c,security_model=none,multidevs=remap,readonly=on',
  ]);
  expect(args).toEqual(expect.arrayContaining(['virtio-9p-pci,fsdev=b2d-1,mount_tag=b2d-1', 'virtio-9p-pci,fsdev=b2d-2,mount_tag=b2d-2']));
  expect(build('linux', '/m')).not.toContain('-fsdev');
});

test('UEFI firmware: read-only code, writable variables of the machine', () => {
  const args = build('linux', '/m', { firmware: { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' } });
  expect(args).toContain('q35,pflash0=efi-code,pflash1=efi-variables');
  expect(blockNodes(args)).toMatchObject({ 'efi-code': { 'read-only': true }, 'efi-variables': { 'read-only': false, file: { filename: '/m/qemu/efi-variables.fd' } } });
});

test('extra arguments come last', () => {
  expect(build('linux', '/m', { extraArguments: ['-smbios', 'type=1'] }).slice(-2)).toEqual(['-smbios', 'type=1']);
});
