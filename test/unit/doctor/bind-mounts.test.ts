import { expect, test } from '@jest/globals';
import { bindMounts } from '../../../src/doctor/checks/bind-mounts.ts';

test('bind mounts of containers that may be meant to be of this computer', () => {
  const body = JSON.stringify([
    { Id: '0123456789abcdef', Names: ['/web'], Mounts: [{ Type: 'bind', Source: '/home/me/site', Destination: '/w' }, { Type: 'volume', Name: 'v', Source: '/var/lib/docker/volumes/v/_data' }] },
    { Id: 'fedcba9876543210', Mounts: [{ Type: 'bind', Source: '/var/run/docker.sock' }, { Type: 'bind', Source: '/c/Users/Jörg Müller' }, { Type: 'tmpfs', Source: '' }] },
    { Id: 'aaaaaaaaaaaaaaaa', Names: ['/none'] },
  ]);
  expect(bindMounts(body)).toEqual([{ container: 'web', source: '/home/me/site' }, { container: 'fedcba987654', source: '/c/Users/Jörg Müller' }]);
});
