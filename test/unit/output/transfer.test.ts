import { expect, test } from '@jest/globals';
import { describeTransfer } from '../../../src/output/transfer.ts';

const MiB = 1024 ** 2;

test.each([
  [{ received: 12 * MiB, total: 24 * MiB, rate: 3.4 * MiB, remainingMs: 3530 }, '12.0 MiB of 24.0 MiB, 3.4 MiB/s, 4 s left'],
  [{ received: 12 * MiB, total: 24 * MiB, rate: 1024, remainingMs: 12_288_000 }, '12.0 MiB of 24.0 MiB, 1.0 KiB/s, 3 h 24 min left'],
  [{ received: 12 * MiB, total: undefined, rate: 3 * MiB, remainingMs: undefined }, '12.0 MiB, 3.0 MiB/s'],
  [{ received: 0, total: 24 * MiB, rate: 0, remainingMs: undefined }, '0 bytes of 24.0 MiB'],
])('%j', (transfer, text) => {
  expect(describeTransfer(transfer)).toBe(text);
});
