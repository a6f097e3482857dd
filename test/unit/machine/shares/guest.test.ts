import { expect, test } from '@jest/globals';
import { parseMounts, sharesFile } from '../../../../src/machine/shares/guest.ts';
import { shareTag } from '../../../../src/machine/shares/share.ts';
import { fakePlatform } from '../../../support/platform.ts';

const workspace = { platform: fakePlatform('linux'), home: '/home/me/.b2d' };

test('the guest is told tag, place and options, a line each', async () => {
  const shares = [{ hostPath: '/data', guestPath: '/a b, "c"', readOnly: true }, { hostPath: '/src', guestPath: '/src', readOnly: false }];
  expect(await sharesFile(workspace, shares)).toBe(`${shareTag(shares[0]!)}\t/a b, "c"\tro\n${shareTag(shares[1]!)}\t/src\t\n`);
  expect(await sharesFile(workspace, [])).toBe('');
});

test('the guest is told whose the files are to be', async () => {
  const owned = { hostPath: '/src', guestPath: '/src', readOnly: false, owner: { uid: 33, gid: 0 } };
  expect(await sharesFile(workspace, [owned])).toBe(`${shareTag(owned)}\t/src\tuid=33,gid=0\n`);
  expect(await sharesFile(workspace, [{ ...owned, readOnly: true }])).toBe(`${shareTag(owned)}\t/src\tro,uid=33,gid=0\n`);
});

test('B2D_HOME is hidden where a share has it', async () => {
  const share = { hostPath: '/home', guestPath: '/h', readOnly: false };
  expect(await sharesFile(workspace, [share])).toBe(`${shareTag(share)}\t/h\t\nhide\t/h/me/.b2d\t\n`);
});

test('a tag fits every hypervisor, and stays the same for the same place', () => {
  const tag = shareTag({ guestPath: '/日本/x y' });
  expect(tag).toMatch(/^b2d-[0-9a-f]{16}$/);
  expect(shareTag({ guestPath: '/日本/x y' })).toBe(tag);
  expect(shareTag({ guestPath: '/日本/x z' })).not.toBe(tag);
});

test('/proc/mounts, with what it writes in octal', () => {
  const text = 'b2d-1 /a\\040b\\011c\\134d 9p ro,relatime,access=client,trans=virtio 0 0\nb2d-2 /日本 vboxsf rw,nodev,relatime,root=x 0 0\n';
  expect(parseMounts(text)).toEqual([{ tag: 'b2d-1', point: '/a b\tc\\d', readOnly: true }, { tag: 'b2d-2', point: '/日本', readOnly: false }]);
});
