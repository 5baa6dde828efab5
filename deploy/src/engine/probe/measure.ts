import type { ProbeResult } from '../../ledger/record.ts';

/** One answer, or its absence, as the probe saw it. Times in milliseconds of one clock. */
export interface Sample {
  readonly route: string;
  readonly sentAt: number;
  readonly endedAt: number;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly release: string | null;
}

/** What one version answered in a while. */
export interface VersionStats {
  readonly answers: number;
  readonly errors: number;
  /** Milliseconds; null without answers. */
  readonly p95: number | null;
}

/** In place of a version: an answer that names none, and no answer at all. */
export const nameless = '?';
export const silent = '';
const versionOf = ({ release, status }: Sample) => release ?? (status > 0 ? nameless : silent);

const good = (sample: Sample) => sample.status > 0 && sample.status < 500;

/** Adds up what the probe saw. The longest gap is the longest time in which some route gave no good answer. */
export class Measure {
  #sent = 0;
  #failed = 0;
  #longestGap = 0;
  readonly #lastGood = new Map<string, number>();
  #recent: Sample[] = [];

  begin(routes: Iterable<string>, at: number): void {
    for (const route of routes) this.#lastGood.set(route, at);
  }

  add(sample: Sample): void {
    this.#sent++;
    this.#recent.push(sample);
    if (!good(sample)) {
      this.#failed++;
      return;
    }
    const last = this.#lastGood.get(sample.route) ?? sample.endedAt;
    this.#longestGap = Math.max(this.#longestGap, sample.endedAt - last);
    this.#lastGood.set(sample.route, Math.max(last, sample.endedAt));
  }

  /** The result so far; a gap that is still open counts up to `at`. */
  result(at: number): ProbeResult {
    const open = [...this.#lastGood.values()].map((last) => at - last);
    const longest = Math.max(this.#longestGap, ...open);
    return { sent: this.#sent, failed: this.#failed, longestGapMs: Math.round(longest) };
  }

  /** What each version answered since the last call; under {@link nameless} what named none, under {@link silent} what nobody answered. */
  take(): Record<string, VersionStats> {
    const byVersion = Map.groupBy(this.#recent, versionOf);
    this.#recent = [];
    return Object.fromEntries(
      [...byVersion].map(([version, samples]) => {
        const times = samples.map(({ sentAt, endedAt }) => endedAt - sentAt).sort((a, b) => a - b);
        const p95 = times[Math.min(times.length - 1, Math.floor(times.length * 0.95))] ?? null;
        return [
          version,
          { answers: samples.length, errors: samples.filter((each) => !good(each)).length, p95 },
        ];
      }),
    );
  }
}
