import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { TestHome } from '../support/b2d.ts';
import { BUSYBOX, importBusybox } from '../support/busybox-image.ts';
import { ClientShell } from '../support/client-shell.ts';
import { debianProgram } from '../support/debian-package.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/machine.ts';

/** Other people's clients do a real job each, by what `b2d env` sets alone, on one machine. */
let home: TestHome;
let shell: ClientShell;

jest.setTimeout(900_000); // containers under software emulation
const WAIT_MS = 120_000;

/** An image that serves a page, made in a build from the one that is there. */
const WEB = {
  'index.html': 'a page\n',
  Dockerfile: [`FROM ${BUSYBOX}`, 'COPY index.html /w/', 'RUN echo built >> /w/index.html', 'STOPSIGNAL KILL', 'EXPOSE 80', 'CMD ["sh", "-c", "echo ready; exec httpd -f -p 80 -h /w"]'].join('\n'),
};
const PAGE = 'a page\nbuilt\n';

beforeAll(async () => {
  home = await TestHome.create();
  await home.must(['up']);
  await importBusybox(home);
  shell = await ClientShell.open(home);
});
afterAll(() => home.dispose());

const fetched = async (port: number, file = '') => (await fetch(`http://127.0.0.1:${port}/${file}`, { headers: { Connection: 'close' }, signal: AbortSignal.timeout(20_000) })).text();
const answers = (port: number, text: string, file?: string) => eventually(async () => expect(await fetched(port, file)).toBe(text), WAIT_MS);
const newest = () => process.env['B2D_TEST_DOCKER'] as string;
const docker = (...args: string[]) => shell.must(newest(), args);

describe.each([
  ['Debian 12', '20.', ['0', '1'], () => debianProgram('docker.io', 'usr/bin/docker', 'bookworm')],
  ['today', '', ['1'], async () => newest()],
])('the docker client of %s', (label, version, builders, find) => {
  const image = `cli-${label.replace(' ', '-').toLowerCase()}`;
  let program: string;
  const cli = (...args: string[]) => shell.must(program, args);
  beforeAll(async () => {
    program = await find();
  });

  test('is that one', async () => {
    expect(await cli('version', '--format', '{{.Client.Version}} {{.Server.Os}}')).toMatch(new RegExp(`^${version}.* linux\\n$`));
  });

  test.each(builders)('builds with DOCKER_BUILDKIT=%s', async (DOCKER_BUILDKIT) => {
    const folder = await shell.write(`${image} ${DOCKER_BUILDKIT}`, WEB);
    await shell.must(program, ['build', '--no-cache', '-t', image, folder], { env: { DOCKER_BUILDKIT } });
    expect(await cli('run', '--rm', image, 'cat', '/w/index.html')).toBe(PAGE);
  });

  test('runs a server with a port and a volume, looks into it, and removes both', async () => {
    const port = await freePort();
    await cli('run', '-d', '--name', image, '-p', `${port}:80`, '-v', `${image}:/w/kept`, image);
    await answers(port, PAGE);
    expect(await shell.run(program, ['exec', '-i', image, 'sh', '-c', 'cat > /w/kept/file; exit 6'], { input: 'given\n' })).toMatchObject({ code: 6 });
    await answers(port, 'given\n', 'kept/file');
    expect(await cli('logs', image)).toBe('ready\n');
    await cli('cp', `${image}:/w/index.html`, path.join(shell.folder, image));
    expect(await fs.readFile(path.join(shell.folder, image), 'utf8')).toBe(PAGE);
    await cli('rm', '-f', image);
    await eventually(async () => expect(await fetched(port).catch(() => 'closed')).toBe('closed'), WAIT_MS);
    expect(await cli('run', '--rm', '-v', `${image}:/kept`, BUSYBOX, 'cat', '/kept/file')).toBe('given\n');
    expect(await cli('volume', 'rm', image)).toBe(`${image}\n`);
  });
});

test('docker compose brings up two services that wait for each other, and takes all of it away', async () => {
  const port = await freePort();
  const health = (command: string) => ({ healthcheck: { test: ['CMD-SHELL', command], interval: '1s', timeout: '60s', retries: 60 } });
  const folder = await shell.write('project', {
    ...WEB,
    'compose.yaml': JSON.stringify({ // YAML includes JSON
      services: {
        web: { build: '.', ports: [`${port}:80`], volumes: ['shared:/w/shared'], networks: ['wire'], ...health('wget -qO /dev/null http://localhost/') },
        reader: {
          image: BUSYBOX, stop_signal: 'SIGKILL', volumes: ['shared:/shared'], networks: ['wire'], depends_on: { web: { condition: 'service_healthy' } },
          command: ['sh', '-c', 'wget -qO /shared/seen http://web/ && exec sleep 100000'], ...health('test -f /shared/seen'),
        },
      },
      networks: { wire: {} },
      volumes: { shared: {} },
    }),
  });
  const compose = (...args: string[]) => docker('compose', '--project-directory', folder, '--progress', 'plain', ...args);
  await compose('up', '--detach', '--wait');
  await answers(port, PAGE, 'shared/seen');
  expect(JSON.parse(`[${(await compose('ps', '--format', 'json')).trim().split('\n').join(',')}]`)).toMatchObject([{ Service: 'reader', Health: 'healthy' }, { Service: 'web', Health: 'healthy' }]);
  expect(await compose('logs', '--no-log-prefix', 'web')).toContain('ready');
  await compose('down', '--volumes');
  const label = ['--quiet', '--filter', 'label=com.docker.compose.project=project'];
  expect([await docker('ps', '--all', ...label), await docker('volume', 'ls', ...label), await docker('network', 'ls', ...label)]).toEqual(['', '', '']);
});

test('docker buildx builds with the engine\'s BuildKit: several stages, a cache mount, a secret; into the engine and into a folder', async () => {
  const folder = await shell.write('stages', {
    secret: 'well',
    Dockerfile: [
      `FROM ${BUSYBOX} AS made`,
      'ARG ROUND',
      'RUN --mount=type=cache,target=/cache --mount=type=secret,id=word echo "$(cat /run/secrets/word) $ROUND" >> /cache/all && cp /cache/all /made',
      'FROM scratch AS file',
      'COPY --from=made /made /',
      `FROM ${BUSYBOX}`,
      'COPY --from=file /made /made',
    ].join('\n'),
  });
  const build = (...args: string[]) => docker('buildx', 'build', '--secret', `id=word,src=${path.join(folder, 'secret')}`, ...args, folder);
  expect(await docker('buildx', 'inspect')).toMatch(/^Driver: +docker$/m);
  await build('--load', '--build-arg', 'ROUND=one', '-t', 'stages');
  expect(await docker('run', '--rm', 'stages', 'cat', '/made')).toBe('well one\n');
  await build('--build-arg', 'ROUND=two', '--target', 'file', '--output', path.join(shell.folder, 'out'));
  expect(await fs.readFile(path.join(shell.folder, 'out', 'made'), 'utf8')).toBe('well one\nwell two\n');
});

describe('a program that uses', () => {
  const support = (file: string) => path.resolve('test', 'support', 'other-clients', file);

  test('dockerode builds, loads, attaches, publishes, execs, copies, and hears events', async () => {
    const folder = await shell.write('dockerode', WEB);
    expect(JSON.parse(await shell.must(process.execPath, [support('dockerode.ts'), folder, 'dockerode']))).toEqual({
      built: true,
      attached: { out: 'out given\n', err: 'err given\n', code: 3 },
      served: { started: 'dockerode', page: PAGE, exec: { out: 'within\n', err: 'beside\n', code: 4 }, copied: 'put and got\n', fetched: 'put and got\n', memory: true },
    });
  });

  test('testcontainers waits for a port, a log line and an answer, at the host that DOCKER_HOST names', async () => {
    await docker('build', '-t', 'tested', await shell.write('tested', WEB));
    expect(JSON.parse(await shell.must(process.execPath, [support('testcontainers.ts'), 'tested'], { env: { TESTCONTAINERS_RYUK_DISABLED: 'true' } }))).toEqual({
      host: '127.0.0.1', copied: 'copied\n', pages: [PAGE, PAGE, PAGE], exec: { output: PAGE, exitCode: 0 },
    });
  });

  test('Docker\'s SDK for Python builds, runs, publishes, execs, keeps a volume, and hears events', async () => {
    const folder = await shell.write('python', WEB);
    expect(JSON.parse(await shell.must('/usr/bin/python3', [support('docker-sdk.py'), folder, 'python']))).toEqual({ // Debian's own Python has Debian's packages
      tagged: true, run: 'said\n', failing: [5, 'wrong\n'],
      served: { page: PAGE, exec: [4, 'kept\n', 'beside\n'], logs: 'ready\n', memory: true, events: ['start', 'die'] },
      volume: 'kept\n',
    });
  });
});
