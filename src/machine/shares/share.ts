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
export function describeShare({ hostPath, guestPath, readOnly }: ShareRecord): string {
  return `${hostPath}${guestPath === hostPath ? '' : ` as ${guestPath}`}${readOnly ? ' (read-only)' : ''}`;
}
