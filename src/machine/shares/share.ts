import crypto from 'node:crypto';
import { SHARE_PREFIX, type Share } from '../../drivers/driver.ts';
import type { ShareRecord } from '../record.ts';

/** The name by which hypervisor and guest know a share: made of its place in the guest, which is unique, because paths have letters that tags cannot have. */
export function shareTag({ guestPath }: Pick<ShareRecord, 'guestPath'>): string {
  return `${SHARE_PREFIX}${crypto.createHash('sha256').update(guestPath).digest('hex').slice(0, 16)}`;
}

/** What the driver is to know of a share. */
export function driverShare(share: ShareRecord): Share {
  return { tag: shareTag(share), hostPath: share.hostPath, readOnly: share.readOnly };
}

/** `/Users/me (read-only)`, with the other name where it has one in the guest. */
export function describeShare(share: ShareRecord): string {
  const { hostPath, guestPath, readOnly, owner } = share;
  return `${hostPath}${guestPath === hostPath ? '' : ` as ${guestPath}`}${readOnly || owner ? ` (${describeAccess(share)})` : ''}`;
}

/** `read-only`, `read-write, owner 33:33`. */
export function describeAccess({ readOnly, owner }: Pick<ShareRecord, 'readOnly' | 'owner'>): string {
  return `${readOnly ? 'read-only' : 'read-write'}${owner ? `, owner ${owner.uid}:${owner.gid}` : ''}`;
}
