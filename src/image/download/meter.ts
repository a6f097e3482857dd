import type { Transfer } from './options.ts';

/** The rate is that of the last seconds: long enough not to flicker, short enough to follow. */
const WINDOW_MS = 5000;
const REPORT_EVERY_MS = 100;

/** Makes the progress of a download out of how many bytes are there; the first report of a try has no rate yet. */
export class Meter {
  private samples: Array<{ at: number; received: number }> = [];
  private readonly report: (transfer: Transfer) => void;
  private readonly now: () => number;

  constructor(report: (transfer: Transfer) => void, now: () => number) {
    this.report = report;
    this.now = now;
  }

  /** A try begins: what was there before is not part of the rate. */
  restart(received: number, total: number | undefined): void {
    this.samples = [];
    this.update(received, total);
  }

  update(received: number, total: number | undefined): void {
    const at = this.now();
    const last = this.samples.at(-1);
    if (last !== undefined && at - last.at < REPORT_EVERY_MS && received !== total) return;
    this.samples = [...this.samples.filter((sample) => at - sample.at <= WINDOW_MS), { at, received }];
    const first = this.samples[0] as { at: number; received: number };
    const rate = at > first.at ? ((received - first.received) / (at - first.at)) * 1000 : 0;
    this.report({ received, total, rate, remainingMs: total === undefined || rate === 0 ? undefined : ((total - received) / rate) * 1000 });
  }
}
