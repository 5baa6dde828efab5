import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../src/retry.ts';

/** A clock on which waiting takes no time: hours pass in milliseconds, the same in every run. */
export class VirtualClock implements Clock {
  #now = Date.parse('2026-11-23T12:00:00.000Z');

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += milliseconds;
    await turn();
    signal?.throwIfAborted();
  }
}
