import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { programOf } from 'conductor-backup/program';
import type { ProbeResult } from '../../ledger/record.ts';
import type { VersionStats } from './measure.ts';

export interface ProbeOptions {
  /** Addresses, asked in turn. */
  readonly routes: readonly string[];
  /** Requests per second, all routes together. */
  readonly perSecond: number;
  /** Milliseconds without an answer after which a request has failed. */
  readonly patienceMs?: number;
  /** Sent with each request: what lets it through while visitors are kept out. */
  readonly pass?: Readonly<Record<string, string>>;
  /** Certificates (PEM) of authorities that are believed beside the usual ones. */
  readonly roots?: string | undefined;
}

export interface ProbeReport extends ProbeResult {
  /** Milliseconds by which the probe's own clock ran late at most: a gap of that length may be the machine's, not the deploy's. */
  readonly lateMs: number;
}

/** Asks the public address all through a deploy and measures what a visitor would have noticed. */
export class Probe {
  readonly #worker: Worker;

  constructor({ routes, perSecond, patienceMs = 10_000, pass = {}, roots }: ProbeOptions) {
    this.#worker = new Worker(programOf(import.meta.filename, 'engine/probe/worker'), {
      workerData: { routes, perSecond, patienceMs, pass, roots },
    });
  }

  /** What each version answered since the last call: {@link Measure.take}. */
  take(): Promise<Record<string, VersionStats>> {
    return this.#ask('take');
  }

  /** Waits for the requests that are under way, and ends. */
  async stop(): Promise<ProbeReport> {
    const report = await this.#ask<ProbeReport>('stop');
    await this.#worker.terminate();
    return report;
  }

  async #ask<T>(message: 'take' | 'stop'): Promise<T> {
    const answer = once(this.#worker, 'message');
    this.#worker.postMessage(message);
    return (await answer)[0] as T;
  }
}
