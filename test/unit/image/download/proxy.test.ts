import { describe, expect, test } from '@jest/globals';
import { proxyFor } from '../../../../src/image/download/proxy.ts';

const chosen = (url: string, env: NodeJS.ProcessEnv, given?: string): string | undefined => proxyFor(new URL(url), env, given)?.href;

describe('which proxy', () => {
  test.each<[string, string, NodeJS.ProcessEnv, string | undefined, string | undefined]>([
    ['none', 'https://example.com/', {}, undefined, undefined],
    ['https', 'https://example.com/', { HTTPS_PROXY: 'http://p:1' }, undefined, 'http://p:1/'],
    ['another scheme\'s', 'https://example.com/', { HTTP_PROXY: 'http://p:1' }, undefined, undefined],
    ['http', 'http://example.com/', { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:1' }, undefined, 'http://p:1/'],
    ['all', 'https://example.com/', { ALL_PROXY: 'http://p:1' }, undefined, 'http://p:1/'],
    ['the special one first', 'https://example.com/', { ALL_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:1' }, undefined, 'http://q:1/'],
    ['lower case first', 'https://example.com/', { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:1' }, undefined, 'http://q:1/'],
    ['set to nothing', 'https://example.com/', { HTTPS_PROXY: 'http://p:1', https_proxy: '' }, undefined, undefined],
    ['without a scheme', 'https://example.com/', { HTTPS_PROXY: 'p:3128' }, undefined, 'http://p:3128/'],
    ['with a password', 'https://example.com/', { HTTPS_PROXY: 'http://me:p%40ss@p:1' }, undefined, 'http://me:p%40ss@p:1/'],
    ['by TLS', 'https://example.com/', { HTTPS_PROXY: 'https://p:1' }, undefined, 'https://p:1/'],
    ['in NO_PROXY', 'https://example.com/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.com' }, undefined, undefined],
    ['lower case no_proxy first', 'https://example.com/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.com', no_proxy: 'other.org' }, undefined, 'http://p:1/'],
    ['given', 'https://example.com/', { HTTPS_PROXY: 'http://p:1' }, 'http://g:1', 'http://g:1/'],
    ['given as none', 'https://example.com/', { HTTPS_PROXY: 'http://p:1' }, '', undefined],
    ['given, in NO_PROXY', 'https://example.com/', { NO_PROXY: '.com' }, 'http://g:1', undefined],
    ['this computer', 'https://127.0.0.1:8/', { HTTPS_PROXY: 'http://p:1' }, undefined, undefined],
    ['this computer by name', 'https://localhost/', { HTTPS_PROXY: 'http://p:1' }, undefined, undefined],
    ['this computer, IPv6', 'https://[::1]/', { HTTPS_PROXY: 'http://p:1' }, undefined, undefined],
  ])('%s', (_, url, env, given, expected) => {
    expect(chosen(url, env, given)).toBe(expected);
  });

  test.each<[string, NodeJS.ProcessEnv, string | undefined, string]>([
    ['another kind', { HTTPS_PROXY: 'socks5://p:1' }, undefined, 'the variable HTTPS_PROXY'],
    ['no address', { https_proxy: 'http://' }, undefined, 'the variable https_proxy'],
    ['a bare per cent sign', {}, 'http://me:100%@p:1', 'the setting "proxy"'],
  ])('%s is refused, and where it stands is told but not what it is', (_, env, given, where) => {
    const refusal = (() => { try { return chosen('https://example.com/', env, given); } catch (error) { return error; } })();
    expect(refusal).toMatchObject({ exit: 'usage', message: expect.stringContaining(where) });
    expect(JSON.stringify(refusal)).not.toContain('100%');
  });
});
