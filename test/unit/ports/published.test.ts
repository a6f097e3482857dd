import { describe, expect, test } from '@jest/globals';
import { publishedPorts } from '../../../src/ports/published.ts';

/** As Docker 28 answers, less the fields that play no part. */
const CONTAINERS = [
  {
    Id: '8dfafdbc3a40', Names: ['/web'], Image: 'nginx', State: 'running',
    Ports: [
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { PrivatePort: 443, Type: 'tcp' },
    ],
  },
  { Id: '9cd87474be90', Names: ['/db'], Ports: [{ IP: '127.0.0.1', PrivatePort: 5432, PublicPort: 5432, Type: 'tcp' }] },
  { Id: '3176a2479c92', Names: ['/dns'], Ports: [{ IP: '0.0.0.0', PrivatePort: 53, PublicPort: 5353, Type: 'udp' }, { IP: '0.0.0.0', PrivatePort: 53, PublicPort: 5353, Type: 'tcp' }] },
  { Id: '4cb07b47f9fb', Names: ['/plain'], Ports: [] },
];

const brief = (containers: unknown, services?: unknown) => publishedPorts(containers, services).map(({ container, containerPort, protocol, address, reach, port }) => `${container} ${containerPort}/${protocol} ${address}:${port} ${reach}`);

describe('the answer to /containers/json', () => {
  test('gives each published port once, by number and protocol', () => {
    expect(brief(CONTAINERS)).toEqual(['dns 53/tcp 0.0.0.0:5353 all', 'dns 53/udp 0.0.0.0:5353 all', 'db 5432/tcp 127.0.0.1:5432 loopback', 'web 80/tcp 0.0.0.0:8080 all']);
  });

  test('of a port on IPv6 alone, or on an address within the guest, says so', () => {
    const ports = [{ IP: '::', PrivatePort: 1, PublicPort: 1001, Type: 'tcp' }, { IP: '::1', PrivatePort: 2, PublicPort: 1002, Type: 'tcp' }, { IP: '172.17.0.1', PrivatePort: 3, PublicPort: 1003, Type: 'tcp' }, { PrivatePort: 4, PublicPort: 1004, Type: 'tcp' }];
    expect(brief([{ Names: ['/six'], Ports: ports }])).toEqual(['six 1/tcp :::1001 all', 'six 2/tcp ::1:1002 loopback', 'six 3/tcp 172.17.0.1:1003 inside', 'six 4/tcp :1004 all']);
  });
});

test('the answer to /services gives the ports of the whole Swarm, not those of its containers', () => {
  const services = [{ ID: 'x1', Spec: { Name: 'api' }, Endpoint: { Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 30000, PublishMode: 'ingress' }, { Protocol: 'tcp', TargetPort: 81, PublishedPort: 30001, PublishMode: 'host' }] } }, { ID: 'x2', Spec: { Name: 'quiet' } }];
  expect(brief([], services)).toEqual(['api 80/tcp 0.0.0.0:30000 all']);
});

describe('from a guest in other hands', () => {
  const port = (more: object) => [{ Names: ['/x'], Ports: [{ IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp', ...more }] }];

  test.each([
    ['no list', { message: 'hello' }], ['nothing', null], ['a text', 'x'], ['a list of nothing', [null, 7, 'x', []]],
    ['containers without a list of ports', [{ Names: ['/x'], Ports: { IP: 1 } }, { Names: 'x' }, {}]],
    ['ports that are none', [{ Ports: [null, 1, 'x', []] }]],
    ['port 0', port({ PublicPort: 0 })], ['port 65536', port({ PublicPort: 65_536 })], ['a negative port', port({ PublicPort: -1 })], ['half a port', port({ PublicPort: 80.5 })],
    ['a port in words', port({ PublicPort: '8080' })], ['a port as a command', port({ PublicPort: '80,tcp,,22' })], ['no port', port({ PublicPort: null })], ['a container port that is none', port({ PrivatePort: 1e9 })],
    ['another protocol', port({ Type: 'sctp' })], ['a protocol that is none', port({ Type: 'tcp::22-:22' })], ['an address that is none', port({ IP: { toString: 'x' } })],
  ])('%s is no port', (_, containers) => {
    expect(publishedPorts(containers, containers)).toEqual([]);
  });

  test('an address of any form is taken for one within the guest, and a name cannot steer a terminal', () => {
    const [found] = publishedPorts([{ Names: [`/\u001b[2J\u001b]0;x\u0007evil\r\nname ${'x'.repeat(1000)}`], Ports: [{ IP: '1.2.3.4\n;rm', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }] }], []);
    expect(found).toMatchObject({ reach: 'inside', container: expect.stringMatching(/evil name x{10,}$/) });
    expect(JSON.stringify(found)).not.toMatch(/\\u00|\\n|\\r/);
    expect(found?.container.length).toBeLessThanOrEqual(64);
  });

  test('a container without a name goes by its id', () => {
    expect(publishedPorts([{ Id: 'abc', Names: [], Ports: [{ IP: '', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }] }], [])[0]?.container).toBe('abc');
  });
});
