import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { inspectIso } from '../../src/image/iso9660.ts';
import type { ReleaseImage } from '../../src/release/manifest.ts';
import { IMAGE, TestHome } from '../support/b2d.ts';
import { BUSYBOX, importBusybox } from '../support/busybox-image.ts';
import { imageVariant } from '../support/image-variant.ts';
import { ReleaseServer } from '../support/release-server.ts';
import { releaseOf } from '../support/release.ts';

/** One machine is upgraded from release to release, which come from an HTTPS server as published ones do. The tests build on each other. */
let home: TestHome;
let server: ReleaseServer;
let engine: string;

jest.setTimeout(1_200_000); // a test starts the machine several times, under software emulation

beforeAll(async () => {
  home = await TestHome.create();
  server = await ReleaseServer.create(path.join(path.dirname(home.home), 'publisher'));
  engine = (await inspectIso(IMAGE)).engine;
  await home.must(['init']);
  delete home.env['B2D_ISO']; // the machine has its image; the variable would ask for it at each command
  Object.assign(home.env, server.env);
});
afterAll(async () => {
  await server?.close();
  await home.dispose();
});

/** Publishes a release whose image has these files in place of the built one's. */
async function publish(version: string, files: Record<string, string> = {}, data = { format: 1, storageDrivers: ['overlay2'] }): Promise<void> {
  const file = path.join(path.dirname(home.home), `${version}.iso`);
  await imageVariant(file, { application: `b2d ${version} amd64 docker ${engine} data ${data.format} ${data.storageDrivers.join()}`, files: { 'etc/os-release': `NAME=b2d\nVERSION_ID=${version}\n`, ...files } });
  const image = await fs.readFile(file);
  await fs.rm(file);
  const manifest = releaseOf(version, image);
  server.publish({ ...manifest, images: { amd64: { ...(manifest.images.amd64 as ReleaseImage), engine, data } } }, image);
}

const runs = async () => (await home.must(['ssh', '. /etc/os-release; echo $VERSION_ID'])).trim();
const info = async () => JSON.parse(await home.must(['info', '--json'])) as { state: string; image: { version: string }; previousImage?: { version: string } };
const volume = async () => (await home.docker(['run', '--rm', '-v', 'kept:/v', BUSYBOX, 'cat', '/v/file'])).stdout;

test('a running machine is not touched without a yes', async () => {
  await publish('9.0.1');
  await home.must(['up']);
  await importBusybox(home);
  await home.docker(['run', '--rm', '-v', 'kept:/v', BUSYBOX, 'sh', '-c', 'echo precious > /v/file']);
  await home.docker(['run', '-d', '--name', 'service', '--restart', 'always', BUSYBOX, 'sleep', '99999']);
  expect(JSON.parse(await home.must(['upgrade', '--check', '--json']))).toMatchObject({ available: true, newest: { version: '9.0.1', engine } });
  expect(await home.b2d(['upgrade'])).toMatchObject({ code: 16 });
  expect(await info()).toMatchObject({ state: 'running' });
});

test('containers, volumes and images survive an upgrade', async () => {
  expect(await home.must(['upgrade', '--yes'])).toBe('');
  expect(await runs()).toBe('9.0.1');
  expect(await volume()).toBe('precious\n');
  expect((await home.docker(['ps', '--filter', 'name=service', '--format', '{{.Names}}'])).stdout).toBe('service\n');
  expect(JSON.parse(await home.must(['upgrade', '--check', '--json']))).toMatchObject({ available: false });
  expect(JSON.parse(await home.must(['upgrade', '--yes', '--json']))).toMatchObject({ changed: false });
});

test('by hand it goes back, and forward again', async () => {
  const before = (await info()).previousImage?.version;
  await home.must(['upgrade', '--rollback', '--yes']);
  expect(await runs()).toBe(before);
  expect(await volume()).toBe('precious\n');
  await home.must(['upgrade', '--yes']);
  expect(await runs()).toBe('9.0.1');
});

describe('an image that never gets ready', () => {
  test.each([
    ['its engine ends', '9.0.2', { 'usr/bin/dockerd': '#!/bin/sh\nexit 1\n' }, 'ended 6 times'],
    ['its kernel panics', '9.0.3', { init: '#!/bin/sh\nexit 1\n' }, 'panics'],
  ])('(%s): the machine is back on the old one by itself, with its data', async (_, version, files, reason) => {
    await publish(version, files);
    const { code, stderr } = await home.b2d(['upgrade', '--yes']);
    expect({ code, stderr }).toMatchObject({ code: 8, stderr: expect.stringContaining(reason) });
    expect(stderr).toContain('back on b2d 9.0.1');
    expect(await runs()).toBe('9.0.1');
    expect(await volume()).toBe('precious\n');
    expect((await home.docker(['ps', '--filter', 'name=service', '--format', '{{.Names}}'])).stdout).toBe('service\n');
  });
});

test('an image that cannot read the data is refused before anything is done', async () => {
  await publish('9.0.4', {}, { format: 1, storageDrivers: ['btrfs'] });
  expect(await home.b2d(['upgrade', '--yes'])).toMatchObject({ code: 14, stderr: expect.stringContaining('overlay2') });
  expect(await info()).toMatchObject({ state: 'running', image: { version: '9.0.1' } });
});

describe('killed by kill -9', () => {
  /** Kills b2d as soon as it says that this step begins. */
  const killedAt = (args: string[], step: RegExp) => {
    let seen = '';
    return home.b2d(args, { started: (child) => child.stderr?.on('data', (text) => { if (step.test(seen += String(text))) child.kill('SIGKILL'); }) });
  };

  test.each([
    ['while the image comes', '9.0.5', /Image/],
    ['while the machine is shut down', '9.0.6', /Shutting down/],
    ['before the new image is started', '9.0.7', /Keys and certificates/],
    ['while the new image is started', '9.0.8', /Virtual machine/],
    ['before the new engine is ready', '9.0.9', /Docker engine/],
  ])('%s, up and another upgrade finish it', async (_, version, step) => {
    const before = await runs();
    await publish(version);
    expect((await killedAt(['upgrade', '--yes'], step)).code).toBe(-1);
    await home.must(['up']);
    expect([before, version]).toContain(await runs());
    expect(await volume()).toBe('precious\n');
    await home.must(['upgrade', '--yes']);
    expect(await runs()).toBe(version);
    expect((await info()).previousImage?.version).toBe(before);
  });

  test('all that does not keep it from going back', async () => {
    await home.must(['upgrade', '--rollback', '--yes']);
    expect(await runs()).toBe('9.0.8');
    expect(await volume()).toBe('precious\n');
  });

  test('in an upgrade to an image that never gets ready, up goes back', async () => {
    await publish('9.0.10', { 'usr/bin/dockerd': '#!/bin/sh\nexit 1\n' });
    expect((await killedAt(['upgrade', '--yes'], /Docker engine/)).code).toBe(-1);
    expect(await home.b2d(['up'])).toMatchObject({ code: 0, stderr: expect.stringContaining('9.0.10') });
    expect(await runs()).toBe('9.0.8');
    expect(await volume()).toBe('precious\n');
  });
});

test('a machine that is off is tried and off again afterwards', async () => {
  await publish('9.0.11');
  await home.must(['down']);
  await home.must(['upgrade']);
  expect(await info()).toMatchObject({ state: 'stopped', image: { version: '9.0.11' } });
});
