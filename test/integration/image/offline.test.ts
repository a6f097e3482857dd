import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execute, TestHome, type Result } from '../../support/b2d.ts';
import { tinyIso } from '../../support/iso.ts';
import { tool } from '../../support/tools.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const b2d = path.join(root, 'bin', 'b2d.js');
const downloadProcess = path.join(root, 'test', 'support', 'download-process.ts');
/** Of RFC 5737: nobody's. */
const ELSEWHERE = 'https://192.0.2.1/x.iso';

let home: TestHome;
let file: string;
beforeEach(async () => {
  home = await TestHome.create();
  file = path.join(home.home, 'my image.iso');
  await fs.writeFile(file, tinyIso());
});
afterEach(() => home.dispose());

/** Runs a program where there is no network: a namespace whose only interface, the loopback one, is down. */
function offline(args: readonly string[]): Promise<Result> {
  return execute(tool('unshare', 'util-linux'), ['--user', '--map-root-user', '--net', process.execPath, ...args], { env: home.env });
}

/** A namespace with the loopback interface and one that leads, as its routes say, everywhere; nothing comes back. `$1` gets the counters of both. */
const WATCHED = `set -e
  "$2" link set lo up
  "$2" link add out type veth peer name far
  for link in all out far; do echo 1 > /proc/sys/net/ipv6/conf/$link/disable_ipv6; done
  "$2" link set far up
  "$2" link set out up arp off
  "$2" addr add 198.51.100.1/24 dev out
  "$2" route add default dev out
  counter=$1; shift 2
  set +e; "$@"; code=$?
  cat /proc/net/dev > "$counter"
  exit $code`;

/** Runs a program and counts what it sends to other computers. */
async function watched(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Result & { sent: number }> {
  const counter = path.join(home.home, 'sent');
  const words = ['--user', '--map-root-user', '--net', 'sh', '-c', WATCHED, 'sh', counter, tool('ip', 'iproute2'), process.execPath, ...args];
  const result = await execute(tool('unshare', 'util-linux'), words, { env: { ...home.env, ...env } });
  const counters = await fs.readFile(counter, 'utf8').catch(() => { throw new Error(result.stderr); });
  return { ...result, sent: Number(/^ *out:(?: +\d+){9} +(\d+)/m.exec(counters)?.[1]) }; // eight columns of what came, then bytes and packets sent
}

test('init with a file, and with an image that is in the store, needs no network', async () => {
  const init = (name: string) => offline([b2d, 'init', '--driver', 'qemu', '--iso', file, '--machine', name]);
  expect(await init('one')).toMatchObject({ code: 0 });
  expect(await init('two')).toMatchObject({ code: 0 });
});

test('where a download fails at once, and says why', async () => {
  const options = { folder: path.join(home.home, 'images'), url: ELSEWHERE, patience: { tries: 1 } };
  const { code, stdout } = await offline([downloadProcess, JSON.stringify(options)]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ code: 'network', reason: expect.stringContaining('offline') });
});

describe('where there is a network, nothing is sent to other computers', () => {
  test('by init with a file, and by up until the guest should answer', async () => {
    const env = { B2D_ISO: file, B2D_DRIVER: 'qemu', B2D_READY_TIMEOUT: '1' };
    expect(await watched([b2d, 'init'], env)).toMatchObject({ code: 0, sent: 0 });
    expect(await watched([b2d, 'up'], env)).toMatchObject({ code: 8, sent: 0 }); // the image is none that boots
  });

  test('by download and init with the bundled image', async () => {
    const env = { B2D_ISO: '', B2D_DRIVER: 'qemu' };
    expect(await watched([b2d, 'download'], env)).toMatchObject({ code: 0, sent: 0 });
    expect(await watched([b2d, 'init'], env)).toMatchObject({ code: 0, sent: 0 });
  });

  test('by init with the address of an image that is in the store', async () => {
    await home.must(['image', 'import', file]);
    const { sha256 } = (JSON.parse(await home.must(['image', 'ls', '--json'])) as { images: [{ sha256: string }] }).images[0];
    expect(await watched([b2d, 'init', '--driver', 'qemu', '--iso', ELSEWHERE, '--sha256', sha256])).toMatchObject({ code: 0, sent: 0 });
  });

  test('and a download is noticed by this test', async () => {
    const options = { folder: path.join(home.home, 'images'), url: ELSEWHERE, patience: { tries: 1, stallMs: 10_000 } }; // a busy computer has to load it first
    expect((await watched([downloadProcess, JSON.stringify(options)])).sent).toBeGreaterThan(0);
  });
});
