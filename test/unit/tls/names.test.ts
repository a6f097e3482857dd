import { describe, expect, test } from '@jest/globals';
import { dnsName, serverNames, spelledNames } from '../../../src/tls/names.ts';

describe('dnsName', () => {
  test.each([
    ['default', 'default'],
    ['My_Box.1', 'my_box.1'],
    ['a..b', 'a.b'],
    ['.a.', 'a'],
    ['-a-.-b', 'a.b'],
    ['a'.repeat(63), 'a'.repeat(63)],
  ])('%s becomes %s', (name, expected) => expect(dnsName(name)).toBe(expected));

  test.each(['...', '---', '-.-', '127.0.0.1', '10.0.0.1'])('%s is no DNS name', (name) => expect(dnsName(name)).toBeUndefined());
});

test('the loopback addresses and localhost are always there, each name once', () => {
  expect(serverNames('default')).toEqual({ ip: ['127.0.0.1', '::1'], dns: ['localhost', 'default'] });
  expect(serverNames('localhost').dns).toEqual(['localhost']);
  expect(serverNames('...').dns).toEqual(['localhost']);
  expect(spelledNames(serverNames('dev'))).toBe('IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost, DNS:dev');
});
