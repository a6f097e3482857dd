import { expect, test } from '@jest/globals';
import { Meter } from '../../../../src/image/download/meter.ts';
import type { Transfer } from '../../../../src/image/download/options.ts';

test('the rate is that of the last seconds, without what was there before', () => {
  let now = 0;
  const told: Transfer[] = [];
  const meter = new Meter((transfer) => told.push(transfer), () => now);
  const at = (ms: number, received: number): Transfer | undefined => {
    now = ms;
    told.length = 0;
    meter.update(received, 10_000);
    return told[0];
  };
  meter.restart(5000, 10_000);
  expect(told).toEqual([{ received: 5000, total: 10_000, rate: 0, remainingMs: undefined }]);
  expect(at(50, 5050)).toBeUndefined(); // not at every chunk
  expect(at(1000, 6000)).toEqual({ received: 6000, total: 10_000, rate: 1000, remainingMs: 4000 });
  expect(at(6000, 6000)).toEqual({ received: 6000, total: 10_000, rate: 0, remainingMs: undefined }); // stalled
  expect(at(8000, 8000)?.rate).toBeGreaterThan(200);
  expect(at(8001, 10_000)?.received).toBe(10_000); // the end is always told
});
