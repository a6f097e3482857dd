import { describe, expect, test } from '@jest/globals';
import { agentSocket } from '../../../src/ssh/agent.ts';
import { connectError, connectionLost } from '../../../src/ssh/connect-errors.ts';
import { signalExitCode } from '../../../src/ssh/signals.ts';
import { fakePlatform } from '../../support/platform.ts';

describe('signalExitCode', () => {
  test.each([['SIGTERM', 143], ['TERM', 143], ['SIGBUS', 135], ['SIGUSR2', 140], ['SIGXCPU@openssh.com', 152], ['SIGNOVEL', 128]])('%s is %i', (name, code) => {
    expect(signalExitCode(name)).toBe(code);
  });
});

describe('agentSocket', () => {
  test('is SSH_AUTH_SOCK everywhere', () => {
    for (const os of ['linux', 'darwin', 'win32'] as const) expect(agentSocket(fakePlatform(os, { env: { SSH_AUTH_SOCK: '/run/a' } }))).toBe('/run/a');
  });

  test('is the OpenSSH service\'s pipe on Windows', () => {
    expect(agentSocket(fakePlatform('win32'))).toBe('\\\\.\\pipe\\openssh-ssh-agent');
  });

  test('none is said so', () => {
    expect(() => agentSocket(fakePlatform('darwin'))).toThrow(expect.objectContaining({ exit: 'failure', remedy: ['eval "$(ssh-agent)"', 'ssh-add'] }));
  });
});

describe('connection errors', () => {
  const at = { host: '127.0.0.1', port: 2222 };

  test.each([
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'machineNotRunning'],
    [Object.assign(new Error('x'), { level: 'client-authentication' }), 'security'],
    [Object.assign(new Error('no matching host key format'), { level: 'handshake' }), 'security'],
    [Object.assign(new Error('x'), { code: 'ECONNRESET', level: 'client-socket' }), 'notReady'],
    [new Error('Invalid identification string'), 'notReady'],
    ['not even an error', 'notReady'],
  ] as const)('%s', (error, exit) => {
    const shown = connectError(at, error);
    expect(shown).toMatchObject({ exit, message: expect.stringContaining('127.0.0.1:2222'), reason: expect.any(String) });
    expect(shown.remedy.length).toBeGreaterThan(0);
  });

  test('a lost connection names its cause where there is one', () => {
    expect(connectionLost(at, new Error('Keepalive timeout')).reason).toContain('Keepalive timeout');
    expect(connectionLost(at).reason).not.toContain('undefined');
  });
});
