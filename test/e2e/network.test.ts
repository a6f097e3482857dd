import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { makeAuthority } from '../../src/tls/profiles.ts';
import { TestHome, type Result } from '../support/b2d.ts';
import { BUSYBOX, importBusybox } from '../support/busybox-image.ts';
import { certificateFor } from '../support/certificates.ts';
import { startRegistry, type TestRegistry } from '../support/docker-registry.ts';
import { leaveSwarm } from '../support/swarm.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';

/** Real registries and a proxy on this computer's loopback address, used by one machine's engine. The tests build on each other. */
let home: TestHome;
let secure: TestRegistry;
let plain: TestRegistry;
let proxy: TestProxy;
let ca: string;

jest.setTimeout(900_000); // software emulation, on a busy computer

const LOGIN = 'me:s3cret word';

beforeAll(async () => {
  home = await TestHome.create();
  const authority = makeAuthority('Private', new Date());
  ca = path.join(home.home, 'private root.crt');
  await fs.writeFile(ca, authority.certificate);
  const storage = path.join(home.home, 'registry');
  secure = await startRegistry(storage, certificateFor(authority, { dns: ['registry.test'], ip: ['10.0.2.2'] }));
  plain = await startRegistry(storage);
  proxy = await startProxy(secure.port, { login: LOGIN });
  await home.must(['up'], { env: { HTTPS_PROXY: proxy.address, HTTP_PROXY: '', NO_PROXY: 'other.test' } });
  await importBusybox(home);
  await home.docker(['run', '-d', '--name', 'keeper', '-p', '8080:80', BUSYBOX, 'sh', '-c', 'mkdir /w && echo kept > /w/index.html && httpd -f -p 80 -h /w']);
});
afterAll(async () => {
  await home.dispose();
  await Promise.all([secure?.close(), plain?.close(), proxy?.close()]);
});

const must = async (...args: string[]): Promise<Result> => {
  const result = await home.docker(args);
  expect(result).toMatchObject({ code: 0 });
  return result;
};
const b2d = async (...args: string[]) => JSON.parse(await home.must([...args, '--json'])) as Record<string, unknown>;
const push = async (image: string): Promise<Result> => {
  await must('tag', BUSYBOX, image);
  return home.docker(['push', image]);
};
/** From the registry, because there is no other copy of its name here. */
const pull = async (image: string): Promise<Result> => {
  await home.docker(['rmi', image]);
  return home.docker(['pull', image]);
};
const inSecure = (name: string): string => `10.0.2.2:${secure.port}/${name}`;
const inPlain = (name: string): string => `10.0.2.2:${plain.port}/${name}`;
const engineInfo = async () => JSON.parse((await must('info', '--format', '{{json .}}')).stdout) as Record<string, unknown>;
/** Changes whenever the container is started. */
const startOfKeeper = async (): Promise<string> => (await must('inspect', '--format', '{{.State.Running}} {{.State.Pid}} {{.State.StartedAt}}', 'keeper')).stdout;

describe('a registry with a certificate of a private CA', () => {
  test('is refused as long as the CA is unknown', async () => {
    const refused = await push(inSecure('hello'));
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/x509|unknown authority/);
  });

  test('takes pushes and gives pulls after "b2d ca add", and the containers go on', async () => {
    const before = await startOfKeeper();
    expect(before).toMatch(/^true /);
    expect(await b2d('ca', 'add', ca)).toMatchObject({ name: 'private-root', applied: true });
    expect(await startOfKeeper()).toBe(before);
    expect(await home.must(['ssh', 'wget -qO- http://127.0.0.1:8080/'])).toBe('kept\n');
    expect(await engineInfo()).toMatchObject({ LiveRestoreEnabled: false });
    expect(await push(inSecure('hello'))).toMatchObject({ code: 0 });
    expect(await pull(inSecure('hello'))).toMatchObject({ code: 0 });
    expect((await must('run', '--rm', inSecure('hello'), 'echo', 'pulled')).stdout).toBe('pulled\n');
  });
});

describe('a proxy on this computer\'s loopback address', () => {
  test('is used by the engine, but not for what NO_PROXY and the machine\'s own networks name', async () => {
    expect(proxy.requests).toEqual([]);
    expect(await pull('registry.test/hello')).toMatchObject({ code: 0 });
    expect(proxy.requests).toContain('CONNECT registry.test:443');
    await home.docker(['pull', 'other.test/hello']);
    expect(proxy.requests.filter((request) => request.includes('other.test'))).toEqual([]);
  });

  test('has a password that nothing shows, and that only private files hold', async () => {
    const shown = [await home.must(['info']), await home.must(['config']), await home.must(['logs']), JSON.stringify(await engineInfo())].join('\n');
    expect(shown).not.toMatch(/s3cret/);
    expect(shown).toContain('10.0.2.2');
    const directory = path.join(home.home, 'machines', 'default');
    for (const entry of await fs.readdir(directory, { withFileTypes: true })) {
      const file = path.join(directory, entry.name);
      if (entry.isFile() && !/^data\./.test(entry.name) && (await fs.readFile(file)).includes('s3cret')) expect([entry.name, (await fs.stat(file)).mode & 0o77]).toEqual(['config.iso', 0]);
    }
  });
});

describe('a registry without TLS', () => {
  test('is refused until "b2d registry add --insecure"', async () => {
    expect((await push(inPlain('hello'))).stderr).toMatch(/HTTP response to HTTPS client/);
    const before = await startOfKeeper();
    expect(await b2d('registry', 'add', '--insecure', `10.0.2.2:${plain.port}`)).toMatchObject({ applied: true, changed: true });
    expect(await push(inPlain('hello'))).toMatchObject({ code: 0 });
    expect(await startOfKeeper()).toBe(before);
  });

  test('serves as a mirror of Docker Hub', async () => {
    expect(await push(inPlain('library/mirrored'))).toMatchObject({ code: 0 });
    await home.must(['registry', 'add', '--mirror', `http://10.0.2.2:${plain.port}/`]);
    expect(await home.docker(['pull', 'mirrored'])).toMatchObject({ code: 0 });
    expect(plain.log()).toMatch(/HEAD \/v2\/library\/mirrored\/manifests\/latest HTTP\/1\.1" 200/); // only a pull asks so; the content is in the engine already
    expect((await engineInfo())['RegistryConfig']).toMatchObject({ Mirrors: [`http://10.0.2.2:${plain.port}/`] });
  });
});

describe('b2d engine restart', () => {
  test('takes over the proxy of this shell, and config.toml\'s [engine]', async () => {
    await fs.writeFile(path.join(home.home, 'config.toml'), '[engine]\nlabels = ["site=home"]\n');
    const before = await startOfKeeper();
    await home.must(['engine', 'restart'], { env: { HTTP_PROXY: '', HTTPS_PROXY: '', NO_PROXY: '' } });
    expect(await engineInfo()).toMatchObject({ HttpsProxy: '', Labels: ['site=home'], Driver: 'overlay2', LoggingDriver: 'json-file' });
    expect(await startOfKeeper()).toBe(before);
  });

  test('with a setting that the engine does not know fails with the engine\'s words and changes nothing', async () => {
    await fs.writeFile(path.join(home.home, 'config.toml'), '[engine]\nlables = ["site=home"]\n');
    const before = await startOfKeeper();
    const result = await home.b2d(['engine', 'restart']);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('lables') });
    expect(await startOfKeeper()).toBe(before);
    await fs.rm(path.join(home.home, 'config.toml'));
  });

  test('does not give up when it is called more often than an engine may crash', async () => {
    for (let count = 0; count < 6; count++) await home.must(['engine', 'restart']);
    expect(await startOfKeeper()).toMatch(/^true /);
  });

  test('in Swarm mode says that containers were restarted', async () => {
    await must('swarm', 'init', '--advertise-addr', 'eth0');
    expect(await b2d('engine', 'restart')).toMatchObject({ containers: 'restarted' });
    expect((await engineInfo())['Swarm']).toMatchObject({ LocalNodeState: 'active' });
    await leaveSwarm(home);
  });
});

test('a start of the machine has all of it, and "ca rm" and "registry rm" take it back', async () => {
  await home.must(['restart']);
  expect(await pull(inSecure('hello'))).toMatchObject({ code: 0 });
  expect(await pull(inPlain('hello'))).toMatchObject({ code: 0 });
  await home.must(['ca', 'rm', 'private-root', '--no-restart']);
  await home.must(['registry', 'rm', `http://10.0.2.2:${plain.port}`, '--no-restart']);
  expect(await b2d('registry', 'rm', `10.0.2.2:${plain.port}`)).toMatchObject({ applied: true });
  expect((await pull(inSecure('hello'))).stderr).toMatch(/x509|unknown authority/);
  expect((await pull(inPlain('hello'))).stderr).toMatch(/HTTP response to HTTPS client/);
  expect((await engineInfo())['RegistryConfig']).toMatchObject({ Mirrors: null });
});
