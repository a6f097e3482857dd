import { describe, expect, test } from '@jest/globals';
import { guestProxy } from '../../../src/machine/guest-proxy.ts';

const NEAR = 'localhost,127.0.0.0/8,::1,10.0.2.0/24,172.17.0.0/16';
const of = (env: NodeJS.ProcessEnv, given?: string): Record<string, string> => guestProxy(env, given).variables;

test('without a proxy the guest gets no variables, not even NO_PROXY', () => {
  expect(of({ NO_PROXY: 'a.example' })).toEqual({});
  expect(of({ HTTPS_PROXY: '', http_proxy: ' ' })).toEqual({});
});

test('each variable is in both cases', () => {
  expect(of({ HTTPS_PROXY: 'http://proxy.example:3128' })).toEqual({
    https_proxy: 'http://proxy.example:3128', HTTPS_PROXY: 'http://proxy.example:3128', no_proxy: NEAR, NO_PROXY: NEAR,
  });
});

describe('a proxy on the host\'s loopback address is reached by the host\'s address in the guest\'s network', () => {
  test.each([
    ['http://127.0.0.1:3128', 'http://10.0.2.2:3128'],
    ['127.0.0.1:3128', 'http://10.0.2.2:3128'],
    ['http://localhost:8080/', 'http://10.0.2.2:8080'],
    ['http://LocalHost:8080', 'http://10.0.2.2:8080'],
    ['http://[::1]:3128', 'http://10.0.2.2:3128'],
    ['http://127.8.9.10:1', 'http://10.0.2.2:1'],
    ['https://me:p%40ss@localhost:3128', 'https://me:p%40ss@10.0.2.2:3128'],
    ['socks5://127.0.0.1:1080', 'socks5://10.0.2.2:1080'],
    ['http://10.0.0.9:3128', 'http://10.0.0.9:3128'],
    ['http://localhost.example:3128', 'http://localhost.example:3128'],
  ])('%s', (host, guest) => expect(of({ HTTP_PROXY: host })['http_proxy']).toBe(guest));
});

test('the lower case variable counts, then the upper, then ALL_PROXY', () => {
  const env = { http_proxy: 'http://low.example', HTTP_PROXY: 'http://up.example', ALL_PROXY: 'http://all.example' };
  expect(of(env)).toMatchObject({ HTTP_PROXY: 'http://low.example', HTTPS_PROXY: 'http://all.example' });
  expect(of({ ...env, http_proxy: '' })['http_proxy']).toBeUndefined();
});

test('a proxy that is given counts for everything, and an empty one for none', () => {
  expect(of({ HTTP_PROXY: 'http://up.example' }, 'localhost:1')).toMatchObject({ HTTP_PROXY: 'http://10.0.2.2:1', HTTPS_PROXY: 'http://10.0.2.2:1' });
  expect(of({ HTTP_PROXY: 'http://up.example' }, '')).toEqual({});
});

test.each([
  ['a.example, .b.example  10.1.0.0/16', `a.example,.b.example,10.1.0.0/16,${NEAR}`],
  ['localhost,127.0.0.1,::1', 'localhost,127.0.0.1,::1,127.0.0.0/8,10.0.2.0/24,172.17.0.0/16'],
  ['*', '*'],
  ['', NEAR],
])('NO_PROXY %j is kept, with what is near to the guest', (host, guest) => {
  expect(of({ HTTP_PROXY: 'http://p.example', NO_PROXY: host })['NO_PROXY']).toBe(guest);
});

test('no value has a line end, whatever the host\'s have', () => {
  const { variables, notes } = guestProxy({ HTTPS_PROXY: 'http://p.example:1\nLD_PRELOAD=/x', HTTP_PROXY: 'http://q.example\n', NO_PROXY: 'a\nb' });
  expect(Object.values(variables).join('')).not.toMatch(/\n/);
  expect(variables).toMatchObject({ HTTP_PROXY: 'http://q.example', NO_PROXY: `a,b,${NEAR}` });
  expect(variables['HTTPS_PROXY']).toBeUndefined();
  expect(notes).toHaveLength(1);
});

test.each(['http://', 'ftp://p.example', 'http://:80', '::::'])('%j is told, without its text, and left out', (text) => {
  const { variables, notes } = guestProxy({ https_proxy: text });
  expect(variables).toEqual({});
  expect(notes).toEqual([expect.stringMatching(/variable https_proxy/)]);
});
