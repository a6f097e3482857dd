import { describe, expect, test } from '@jest/globals';
import { bypassesProxy } from '../../../../src/image/download/no-proxy.ts';

describe('NO_PROXY', () => {
  test.each([
    ['https://example.com/x', 'example.com', true],
    ['https://EXAMPLE.com/x', 'Example.COM', true],
    ['https://example.com./x', 'example.com', true],
    ['https://notexample.com/x', 'example.com', false],
    ['https://example.com.evil.org/x', 'example.com', false],
    ['https://ample.com/x', 'example.com', false],
    ['https://cdn.example.com/x', 'example.com', false],
    ['https://cdn.example.com/x', '.example.com', true],
    ['https://example.com/x', '.example.com', true],
    ['https://cdn.example.com/x', '*.example.com', true],
    ['https://notexample.com/x', '.example.com', false],
    ['https://example.com/x', 'one.org, example.com', true],
    ['https://example.com/x', 'one.org example.com', true],
    ['https://example.com/x', 'example.com:443', true],
    ['https://example.com:8443/x', 'example.com:443', false],
    ['https://example.com:8443/x', 'example.com:8443', true],
    ['http://example.com/x', 'example.com:80', true],
    ['https://a.example.com:8443/x', '.example.com:8443', true],
    ['https://example.com/x', '*', true],
    ['https://example.com/x', '*.org,*', true],
    ['https://example.com/x', '', false],
    ['https://example.com/x', ' , ,', false],
    ['https://10.1.2.3/x', '10.1.2.3', true],
    ['https://10.1.2.30/x', '10.1.2.3', false],
    ['https://10.1.2.3/x', '10.0.0.0/8', true],
    ['https://11.1.2.3/x', '10.0.0.0/8', false],
    ['https://10.1.2.3/x', '10.0.0.0/33', false],
    ['https://10.1.2.3/x', '10.0.0.0/0', true],
    ['https://example.com/x', '0.0.0.0/0', false],
    ['https://10.example.com/x', '10', false],
    ['https://10.1.2.3:8443/x', '10.1.2.3:8443', true],
    ['https://10.1.2.3:8443/x', '10.0.0.0/8:443', false],
    ['https://[fd00::7]/x', 'fd00::7', true],
    ['https://[fd00::7]/x', 'fd00:0:0::7', true],
    ['https://[fd00::7]/x', 'fd00::/8', true],
    ['https://[fe80::7]/x', 'fd00::/8', false],
    ['https://[fd00::7]:8443/x', '[fd00::7]:8443', true],
    ['https://[fd00::7]:8443/x', '[fd00::7]:443', false],
    ['https://10.1.2.3/x', 'fd00::/8', false],
  ])('%s with "%s": %s', (url, list, bypassed) => {
    expect(bypassesProxy(new URL(url), list)).toBe(bypassed);
  });
});
