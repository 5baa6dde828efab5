import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { stdout } from 'node:process';
import type { Writable } from 'node:stream';

/** Bytes that wait for a reader that does not come; what is told then is left out, and counted. */
const limit = 4 * 1024 * 1024;
/** ms that the last lines have. */
const endMs = 1_000;

/**
 * Lines to stdout that are never in the way of anything else: a log that nobody reads, for a full disk say, must not hold up visitors, as
 * Node's own stdout does, which waits where it is a pipe.
 */
export class LogLines {
  readonly #to: Writable;
  #leftOut = 0;

  constructor() {
    const kind = fstatSync(1);
    const pipe = kind.isFIFO() || kind.isSocket();
    this.#to = pipe ? new Socket({ fd: 1, readable: false, writable: true }) : stdout;
    // A log that cannot be written is no reason not to serve.
    this.#to.on('error', () => {});
  }

  add(line: string): void {
    const to = this.#to;
    if (to.destroyed) return;
    if (to.writableLength > limit) {
      this.#leftOut++;
      return;
    }
    if (this.#leftOut > 0)
      to.write(`${JSON.stringify({ time: new Date().toISOString(), leftOut: this.#leftOut })}\n`);
    this.#leftOut = 0;
    to.write(`${line}\n`);
  }

  /** Resolves when all of it is written, or after a moment: whoever does not read now will not. */
  async end(): Promise<void> {
    const to = this.#to;
    if (to.writableLength > 0 && !to.destroyed)
      await once(to, 'drain', { signal: AbortSignal.timeout(endMs) }).catch(() => {});
  }
}
