/** How far a long piece of work is. */
export interface Progress {
  readonly phase: 'dump' | 'verify' | 'restore';
  readonly documents: number;
  /** Bytes of documents so far, and how many there will be, roughly. */
  readonly bytes: number;
  readonly expected: number;
  /** Bytes a second since the beginning. */
  readonly rate: number;
  /** Seconds left, roughly; null while nothing can be said. */
  readonly eta: number | null;
}

const INTERVAL = 500;

/** Counts what passes and reports twice a second, and at the end. */
export class Meter {
  documents = 0;
  bytes = 0;
  private readonly phase: Progress['phase'];
  private readonly expected: number;
  private readonly report: ((progress: Progress) => void) | undefined;
  private readonly start = performance.now();
  private last = this.start;

  constructor(phase: Progress['phase'], expected: number, report?: (progress: Progress) => void) {
    this.phase = phase;
    this.expected = expected;
    this.report = report;
  }

  readonly add = (documents: number, bytes: number): void => {
    this.documents += documents;
    this.bytes += bytes;
    if (performance.now() - this.last >= INTERVAL) this.end();
  };

  end(): void {
    this.last = performance.now();
    const { phase, documents, bytes, expected } = this;
    const rate = bytes / Math.max(0.001, (this.last - this.start) / 1000);
    const eta = rate === 0 ? null : Math.max(0, expected - bytes) / rate;
    this.report?.({ phase, documents, bytes, expected, rate, eta });
  }
}
