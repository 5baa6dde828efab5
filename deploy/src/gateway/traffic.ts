import type { IncomingMessage } from 'node:http';

/** Upper bounds of the histogram of times, in seconds; those of Prometheus' client libraries. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** What was answered so far. */
export interface TrafficCounts {
  readonly answers: number;
  /** Answers with 5xx, those of the gateway itself for a service that did not answer among them. */
  readonly errors: number;
  /** Answers that began within so many seconds, cumulative. */
  readonly buckets: readonly (readonly [seconds: number, answers: number])[];
}

/** Counts what visitors were answered for one replica. What only looks at it (health checks, Conductor itself) is no visitor. */
export class Traffic {
  readonly #unseen: string | undefined;
  readonly #within = bounds.map(() => 0);
  #answers = 0;
  #errors = 0;

  /** `health`: path that tells nothing about what visitors are answered. */
  constructor(health?: string) {
    this.#unseen = health;
  }

  /** An answer began `ms` after its request came. */
  answered(req: IncomingMessage, status: number, ms: number): void {
    if (req.url === this.#unseen || req.headers['user-agent']?.startsWith('conductor')) return;
    this.#answers++;
    if (status >= 500) this.#errors++;
    const at = bounds.findIndex((bound) => ms <= bound * 1_000);
    if (at >= 0) this.#within[at]!++;
  }

  get counts(): TrafficCounts {
    let sum = 0;
    const buckets = bounds.map((bound, at) => {
      sum += this.#within[at]!;
      return [bound, sum] as const;
    });
    return { answers: this.#answers, errors: this.#errors, buckets };
  }
}
