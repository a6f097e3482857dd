import { expect, test } from '@jest/globals';
import { PortTakenError } from '../../../../src/drivers/errors.ts';
import { diagnose } from '../../../../src/drivers/qemu/failure.ts';
import { parseUserNetwork } from '../../../../src/drivers/qemu/ports.ts';
import { freePort, rule } from '../../../support/machine.ts';

const CODE_1 = 'ended with code 1';

test('a port that cannot be bound names its rule', async () => {
  const rules = [rule('docker', 1024, 2376), rule('ssh', await freePort())];
  const failure = await diagnose([`qemu-system-x86_64: -netdev user,id=net0: Could not set up host forwarding rule 'tcp:127.0.0.1:${rules[1]!.hostPort}-:22'`], rules, CODE_1);
  expect(failure).toMatchObject({ kind: 'port' });
  expect('error' in failure && failure.error).toBeInstanceOf(PortTakenError);
  expect('error' in failure && (failure.error as PortTakenError).rule).toBe(rules[1]);
});

test.each([
  ['cannot create PID file: Cannot lock pid file: Resource temporarily unavailable', 'already', undefined],
  ['-chardev socket,id=control,host=127.0.0.1,port=1: Failed to find an available port: Address already in use', 'control-port', undefined],
  ['-blockdev {}: Failed to get "write" lock', 'known', 'busy'],
  ['cannot set up guest memory \'pc.ram\': Cannot allocate memory', 'known', 'hypervisorFailed'],
  ['-object tls-creds-psk,id=k: TLS credentials support requires GNUTLS', 'known', 'hypervisorFailed'],
  ['something nobody foresaw', 'other', 'hypervisorFailed'],
])('"%s" is %s', async (words, kind, exit) => {
  const failure = await diagnose([`qemu-system-x86_64: ${words}`], [], CODE_1);
  expect(failure.kind).toBe(kind);
  if ('error' in failure) expect(failure.error).toMatchObject({ exit, details: [expect.stringContaining(words)] });
});

test('an orderly end is the guest’s doing', async () => {
  expect(await diagnose([], [], 'ended with code 0')).toMatchObject({ kind: 'known', error: { message: expect.stringContaining('switched itself off') } });
});

test('the rules in QEMU’s table, with the CRLF of its monitor', () => {
  const text = [
    'Hub -1 (net0):', '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ',
    '  TCP[ESTABLISHED]   19       127.0.0.1 40000       10.0.2.15    22     0     0',
    '  TCP[HOST_FORWARD]  12       127.0.0.1 50022       10.0.2.15    22     0     0',
    '  UDP[HOST_FORWARD]  13               * 50053       10.0.2.15    53     0     0', '',
  ].join('\r\n');
  expect(parseUserNetwork(text)).toEqual([
    { name: 'tcp-50022', protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 50022, guestPort: 22 },
    { name: 'udp-50053', protocol: 'udp', hostAddress: '0.0.0.0', hostPort: 50053, guestPort: 53 },
  ]);
  expect(parseUserNetwork('')).toEqual([]);
});
