import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { includeArgument, sshHostBlock } from '../../../src/ssh/config-block.ts';
import { addInclude, removeInclude } from '../../../src/ssh/user-config.ts';
import { fakePlatform } from '../../support/platform.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';

let home: string;
beforeEach(async () => { home = await awkwardFolder('ssh-config'); });
afterEach(() => removeFolder(home));

const platform = () => fakePlatform('linux', { homeDir: home });
const config = () => path.join(home, '.ssh', 'config');
const included = () => path.join(home, '.b2d', 'ssh_config');
const lines = (verb: string) => [`# ${verb} by "b2d ssh-config --install"; "b2d ssh-config --remove" takes both lines away.`, 'Include ~/.b2d/ssh_config', ''];

async function write(content: string | Buffer, mode = 0o644): Promise<void> {
  await fs.mkdir(path.dirname(config()), { recursive: true });
  await fs.writeFile(config(), content);
  await fs.chmod(config(), mode);
}

describe('the user\'s ssh configuration', () => {
  test('is made where there is none, private, and gone again', async () => {
    expect(await addInclude(platform(), included())).toBe(true);
    expect(await fs.readFile(config(), 'utf8')).toBe(lines('Made').join('\n'));
    expect([(await fs.stat(config())).mode & 0o777, (await fs.stat(path.dirname(config()))).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(await removeInclude(platform(), included())).toBe('removed');
    await expect(fs.access(config())).rejects.toThrow();
  });

  test('made by b2d stays when the user wrote into it', async () => {
    await addInclude(platform(), included());
    await fs.appendFile(config(), 'Host x\n');
    await removeInclude(platform(), included());
    expect(await fs.readFile(config(), 'utf8')).toBe('Host x\n');
  });

  test.each([
    ['empty', ''],
    ['without a last line end', 'Host *\n  User me'],
    ['with CRLF', 'Host *\r\n  User me\r\n'],
    ['with both', 'Host *\n  User me\r\n'],
    ['with a byte order mark', '\ufeffHost *\n'],
    ['in Latin-1', Buffer.from('# J\xf6rg\nHost *\n', 'latin1')],
    ['with $& and the like', "Host $& $' $1\n"],
  ])('%s: the lines stand at the top, and without them it is byte for byte as before', async (_, content) => {
    await write(content, 0o640);
    expect(await addInclude(platform(), included())).toBe(true);
    expect(await addInclude(platform(), included())).toBe(false);
    const after = (await fs.readFile(config())).toString('latin1').replace('\u00ef\u00bb\u00bf', '');
    expect(after.split(/\r?\n/).slice(0, 2)).toEqual(lines('Added').slice(0, 2));
    expect(/\r\n/.test(after.slice(0, after.indexOf('Include')))).toBe(content.toString().indexOf('\r\n') === content.toString().indexOf('\n') - 1 && content.toString().includes('\r\n'));
    expect((await fs.stat(config())).mode & 0o777).toBe(0o640);
    expect(await removeInclude(platform(), included())).toBe('removed');
    expect(await fs.readFile(config())).toEqual(Buffer.from(content));
    expect((await fs.stat(config())).mode & 0o777).toBe(0o640);
    expect(await fs.readdir(path.dirname(config()))).toEqual(['config']);
  });

  test('that is a link stays one', async () => {
    const real = path.join(home, 'dotfiles');
    await fs.writeFile(real, 'Host *\n');
    await fs.mkdir(path.dirname(config()));
    await fs.symlink('../dotfiles', config());
    await addInclude(platform(), included());
    expect(await fs.readFile(real, 'utf8')).toContain('Include');
    await removeInclude(platform(), included());
    expect([await fs.readlink(config()), await fs.readFile(real, 'utf8')]).toEqual(['../dotfiles', 'Host *\n']);
  });

  test('with lines of two B2D_HOMEs: each is taken out by itself', async () => {
    await write('Host *\n');
    const other = path.join(home, 'other', 'ssh_config');
    await addInclude(platform(), included());
    const before = await fs.readFile(config());
    await addInclude(platform(), other);
    await removeInclude(platform(), other);
    expect(await fs.readFile(config())).toEqual(before);
    expect(await removeInclude(platform(), other)).toBe('absent');
  });

  test('with a line of the user\'s own needs none, and keeps it', async () => {
    await write('Include ~/.b2d/ssh_config\n');
    expect(await addInclude(platform(), included())).toBe(false);
    expect(await removeInclude(platform(), included())).toBe('by hand');
    expect(await fs.readFile(config(), 'utf8')).toBe('Include ~/.b2d/ssh_config\n');
  });

  test('in UTF-16 is left alone', async () => {
    await write(Buffer.from('\ufeffHost *\n', 'utf16le'));
    await expect(addInclude(platform(), included())).rejects.toMatchObject({ exit: 'stateUnreadable', message: expect.stringContaining(config()) });
  });
});

describe('the argument of Include', () => {
  const windows = fakePlatform('win32');
  test.each([
    [windows, 'C:\\Users\\Jörg Müller\\.b2d\\ssh_config', '~/.b2d/ssh_config'],
    [windows, 'D:\\b2d files\\ssh_config', '"D:/b2d files/ssh_config"'],
    [windows, 'C:\\Users\\Jörg Müller 2\\ssh_config', '"C:/Users/Jörg Müller 2/ssh_config"'],
    [fakePlatform('linux', { homeDir: '/home/x' }), '/srv/100%/$HOME/a[b]*?"\\/ssh_config', '/srv/100?/?HOME/a?b?????/ssh_config'],
  ])('%#: %s', (platform, file, argument) => expect(includeArgument(platform, file)).toBe(argument));
});

describe('a Host block', () => {
  const host = { host: 'b2d', hostName: '127.0.0.1', port: 2022, user: 'docker', hostKeyAlias: 'b2d-default' };

  test('on Windows has forward slashes', () => {
    const folder = 'C:\\Users\\Jörg Müller\\.b2d\\100%';
    expect(sshHostBlock(fakePlatform('win32'), { ...host, identityFile: `${folder}\\id`, userKnownHostsFile: `${folder}\\known` })).toBe([
      'Host b2d', '  HostName 127.0.0.1', '  Port 2022', '  User docker', '  IdentityFile "C:/Users/Jörg Müller/.b2d/100%%/id"', '  IdentitiesOnly yes',
      '  UserKnownHostsFile "C:/Users/Jörg Müller/.b2d/100%%/known"', '  HostKeyAlias b2d-default', '  StrictHostKeyChecking yes', '  PreferredAuthentications publickey', '  ProxyCommand none', '',
    ].join('\n'));
  });

  test.each(['/a\nb', '/a${HOME}b'])('cannot name %j', (identityFile) => {
    expect(() => sshHostBlock(fakePlatform('linux'), { ...host, identityFile, userKnownHostsFile: '/k' })).toThrow(expect.objectContaining({ exit: 'usage' }));
  });
});
