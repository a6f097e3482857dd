import { describe, expect, test } from '@jest/globals';
import { envChange, runEnv, type EnvDeps, type EnvOptions } from '../../../src/env/command.ts';
import { withNoProxy } from '../../../src/env/no-proxy.ts';
import { B2dError } from '../../../src/errors.ts';
import { fakePlatform } from '../../support/platform.ts';

const certPath = '/home/jörg müller/.b2d/machines/default/docker';
const deps = (env: Record<string, string> = { SHELL: '/bin/zsh' }): EnvDeps => ({
  platform: fakePlatform('linux', { env }),
  lookup: async () => ({ dockerHost: 'tcp://127.0.0.1:49153', certPath }),
});
const lastLine = async (options: Partial<EnvOptions>, dependencies = deps()) => (await runEnv({ machine: 'default', ...options }, dependencies)).trimEnd().split('\n').at(-1);

describe('runEnv', () => {
  test('sets the four variables', async () => {
    expect((await runEnv({ machine: 'default' }, deps())).split('\n').slice(0, 4)).toEqual([
      `export DOCKER_HOST='tcp://127.0.0.1:49153'`, `export DOCKER_TLS_VERIFY='1'`, `export DOCKER_CERT_PATH='${certPath}'`, `export DOCKER_MACHINE_NAME='default'`,
    ]);
  });

  test('--unset needs no machine and takes back all that is set', async () => {
    const absent: EnvDeps = { ...deps(), lookup: async () => { throw new B2dError('no such machine', { exit: 'machineAbsent' }); } };
    const set = await envChange({ machine: 'default' }, deps());
    expect((await envChange({ machine: 'default', unset: true }, absent)).unset).toEqual(Object.keys(set.set));
    expect(await runEnv({ machine: 'default', unset: true }, absent)).toMatch(/^unset DOCKER_HOST\nunset DOCKER_TLS_VERIFY\n/);
    await expect(runEnv({ machine: 'default' }, absent)).rejects.toMatchObject({ exit: 'machineAbsent' });
  });

  test('--unset with --no-proxy is refused', async () => {
    await expect(runEnv({ machine: 'default', unset: true, noProxy: true }, deps())).rejects.toMatchObject({ exit: 'usage' });
  });

  test.each<[Partial<EnvOptions>, string]>([
    [{}, '# eval "$(b2d env)"'],
    [{ machine: 'dev' }, '# eval "$(b2d env --machine dev)"'],
    [{ shell: 'bash', noProxy: true }, '# eval "$(b2d env --shell bash --no-proxy)"'],
    [{ shell: '/opt/my shells/bash' }, '# eval "$(b2d env --shell sh)"'],
    [{ unset: true }, '# eval "$(b2d env --unset)"'],
    [{ shell: 'fish' }, '# b2d env --shell fish | source'],
    [{ shell: 'pwsh' }, '# & b2d env --shell pwsh | Invoke-Expression'],
  ])('the hint for %j repeats what was asked', async (options, hint) => {
    expect(await lastLine(options)).toBe(hint);
  });

  test('where detection is slow or uncertain, the hint names the shell', async () => {
    expect(await lastLine({}, deps({ SHELL: '/bin/tcsh' }))).toBe(`: 'eval "\`b2d env --shell tcsh\`"';`);
    const windows: EnvDeps = { ...deps(), platform: fakePlatform('win32'), parentProcesses: async () => [{ name: 'cmd.exe', commandLine: 'cmd' }] };
    expect(await lastLine({ machine: 'default' }, windows).catch(String)).toMatch(/DOCKER_CERT_PATH cannot be written for cmd/);
    const plain = { ...windows, lookup: async () => ({ dockerHost: 'tcp://127.0.0.1:1', certPath: 'C:\\b2d' }) };
    expect(await lastLine({}, plain)).toBe(`REM @FOR /f "tokens=*" %i IN ('b2d env --shell cmd') DO @%i`);
  });

  test('--no-proxy adds the host of the engine', async () => {
    const change = await envChange({ machine: 'default', noProxy: true }, deps({ no_proxy: 'localhost,.corp' }));
    expect(change.set).toMatchObject({ no_proxy: 'localhost,.corp,127.0.0.1' });
    expect(change.set).not.toHaveProperty('NO_PROXY');
  });
});

test.each<[Record<string, string>, Record<string, string>]>([
  [{}, { NO_PROXY: '127.0.0.1' }],
  [{ NO_PROXY: '' }, { NO_PROXY: '127.0.0.1' }],
  [{ NO_PROXY: '127.0.0.1' }, {}],
  [{ NO_PROXY: 'a, 127.0.0.1 ,b' }, {}],
  [{ NO_PROXY: '*' }, {}],
  [{ NO_PROXY: '127.0.0.10,x127.0.0.1' }, { NO_PROXY: '127.0.0.10,x127.0.0.1,127.0.0.1' }],
  [{ no_proxy: 'a,' }, { no_proxy: 'a,127.0.0.1' }],
  [{ NO_PROXY: '127.0.0.1', no_proxy: 'b' }, { no_proxy: 'b,127.0.0.1' }],
  [{ No_Proxy: 'x' }, { No_Proxy: 'x,127.0.0.1' }],
])('withNoProxy(%j) changes %j', (env, changes) => {
  expect(withNoProxy(env, '127.0.0.1')).toEqual(changes);
});
