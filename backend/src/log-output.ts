import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** Bytes that wait at most for a full disk or a slow reader; lines that come on top are lost. */
const mostWaiting = 4 * 1024 * 1024;
/** ms after which what could not be written is tried again, and what a pipe had no room for. */
const retryMs = 100;
const busyMs = 5;
/** ms that the end of a process waits for a slow reader at most. */
const lastWordsMs = 500;
/** Why lines are lost where writing does not fail. */
const slow = 'what reads them is too slow';

interface LogOutputOptions {
  /** The line that tells how many lines were lost, and why (`ENOSPC`). */
  readonly tellLost: (lines: number, why: string) => string;
}

/**
 * Where log lines go, for pino: a file, pipe or terminal that may fail (a full disk) or have a reader that hangs. Nothing that happens
 * to it holds up or ends the process: lines wait, up to a bound, what comes on top is lost and counted, and when writing works again
 * that goes on by itself and the count is told. (pino's own output ends the process at the first error, and waits for room for ever
 * when the process exits.) A line that could be written is with the operating system when `write` returns, so a kill does not lose it.
 */
export class LogOutput implements DestinationStream {
  readonly #fd: number;
  readonly #tellLost: LogOutputOptions['tellLost'];
  #waiting: Buffer[] = [];
  #bytes = 0;
  #lost = 0;
  #why: string = slow;
  #timer: NodeJS.Timeout | undefined;

  constructor(fd: number, { tellLost }: LogOutputOptions) {
    this.#fd = fd;
    this.#tellLost = tellLost;
  }

  /** One line, with its line feed. Never throws. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#bytes + bytes.length > mostWaiting) {
      this.#lost++;
      return;
    }
    // Where they were lost: before what comes now.
    if (this.#lost > 0) this.#addNotice();
    this.#add(bytes);
    if (this.#timer === undefined) this.#writeAll();
  }

  /** Writes what waits, as far as there is room, and waits half a second for a reader: for the end of the process. */
  flush(): void {
    const late = performance.now() + lastWordsMs;
    while (this.#writeAll() === 'busy' && performance.now() < late)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }

  #add(line: Buffer): void {
    this.#waiting.push(line);
    this.#bytes += line.length;
  }

  #addNotice(): void {
    this.#add(Buffer.from(this.#tellLost(this.#lost, this.#why)));
    this.#lost = 0;
    this.#why = slow;
  }

  /** Writes what waits; what cannot be written is tried again a little later. */
  #writeAll(): 'done' | 'busy' | 'failed' {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      for (;;) {
        if (this.#waiting.length === 0 && this.#lost > 0) this.#addNotice();
        const [first] = this.#waiting;
        if (first === undefined) return 'done';
        const written = writeSync(this.#fd, first);
        this.#bytes -= written;
        if (written === first.length) this.#waiting.shift();
        else this.#waiting[0] = first.subarray(written);
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // The reader of a pipe has not made room yet.
      const busy = code === 'EAGAIN';
      if (!busy) this.#why = code ?? message;
      this.#timer = setTimeout(() => this.#writeAll(), busy ? busyMs : retryMs).unref();
      return busy ? 'busy' : 'failed';
    }
  }
}
