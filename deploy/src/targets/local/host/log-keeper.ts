import { closeSync, constants, type FSWatcher, openSync, readdirSync, watch } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { LogFile } from './log-file.ts';
import { logOfPipe, markBegin } from './log-pipe.ts';

/** ms after which pipes are looked for again, where nobody tells that there is one. */
const lookMs = 250;
/** ms after which the beginning of a line is written although its end has not come. */
const quietMs = 200;
/** Bytes of a line after which it is written although its end has not come. */
const longestLine = 64 * 1024;
const newline = 0x0a;

/** Reads the pipes of all processes and writes their logs: the keeper's work, for the host must not wait for a disk. */
export class LogKeeper {
  readonly #folder: string;
  readonly #onMark: (id: string) => void;
  readonly #readers = new Map<string, PipeReader>();
  /** By path: replicas of a service share a log. */
  readonly #logs = new Map<string, LogFile>();
  #watcher: FSWatcher | undefined;
  readonly #timer: NodeJS.Timeout;

  /** @param onMark told when everything before a mark of the host is written. */
  constructor(folder: string, onMark: (id: string) => void) {
    this.#folder = folder;
    this.#onMark = onMark;
    this.#look();
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  /** Reads no more; what was read is written. */
  close(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
    for (const reader of this.#readers.values()) reader.close();
    this.#readers.clear();
  }

  #look(): void {
    const there = pipesIn(this.#folder);
    if (this.#watcher === undefined && there.size > 0) this.#watch();
    for (const [name, reader] of this.#readers) {
      if (there.has(name)) continue;
      reader.close();
      this.#readers.delete(name);
      const { path } = reader.log;
      if (![...this.#readers.values()].some(({ log }) => log.path === path)) this.#logs.delete(path);
    }
    for (const name of there) if (!this.#readers.has(name)) this.#open(name);
  }

  #open(name: string): void {
    const pipe = join(this.#folder, name);
    const path = logOfPipe(pipe);
    const log = this.#logs.get(path) ?? new LogFile(path, { rotates: true });
    try {
      this.#readers.set(name, new PipeReader(pipe, log, this.#onMark));
      this.#logs.set(path, log);
    } catch (error) {
      // Removed meanwhile; for anything else it is tried again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') console.error(error);
    }
  }

  /** New pipes are seen at once; where the system has no more watches, a little later. */
  #watch(): void {
    try {
      this.#watcher = watch(this.#folder, () => this.#look());
      this.#watcher.on('error', () => {
        this.#watcher?.close();
        this.#watcher = undefined;
      });
    } catch (error) {
      if (!['ENOSPC', 'EMFILE', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

/** None when the environment was removed. */
function pipesIn(folder: string): Set<string> {
  try {
    return new Set(readdirSync(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return new Set();
  }
}

/** What comes out of one pipe, line by line into its log. */
class PipeReader {
  readonly log: LogFile;
  readonly #socket: Socket;
  readonly #onMark: (id: string) => void;
  #rest: Buffer = Buffer.alloc(0);
  #timer: NodeJS.Timeout | undefined;

  constructor(pipe: string, log: LogFile, onMark: (id: string) => void) {
    this.log = log;
    this.#onMark = onMark;
    // Never blocks, and never waits in the thread pool, where a few quiet pipes would hold up everything else.
    const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      this.#socket = new Socket({ fd, readable: true, writable: false });
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => console.error(error));
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#rest.length > 0) this.#write(this.#rest);
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    clearTimeout(this.#timer);
    let text = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const at = text.indexOf(markBegin);
      const end = at === -1 ? -1 : text.indexOf(newline, at);
      if (end === -1) break;
      this.#write(text.subarray(0, at));
      // Whoever ended in the middle of a line has said its last word.
      if (at > 0 && text[at - 1] !== newline) this.#write(Buffer.from('\n'));
      this.#onMark(text.toString('latin1', at + markBegin.length, end));
      text = text.subarray(end + 1);
    }
    const whole = text.lastIndexOf(newline) + 1;
    this.#write(text.subarray(0, whole));
    this.#rest = Buffer.from(text.subarray(whole));
    if (this.#rest.length >= longestLine) this.#writeRest();
    else if (this.#rest.length > 0) this.#timer = setTimeout(() => this.#writeRest(), quietMs);
  }

  #writeRest(): void {
    this.#write(this.#rest);
    this.#rest = Buffer.alloc(0);
  }

  #write(bytes: Buffer): void {
    if (bytes.length > 0) this.log.append(bytes);
  }
}
