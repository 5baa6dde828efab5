import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDiskFull } from '../../../text/disk-full.ts';

/** Bytes after which a log is moved aside; one earlier piece is kept. */
const rotateAt = 16 * 1024 * 1024;

/** File that a service of one release (or a store, or the host) writes to. */
export function logPath(folder: string, name: string, version?: string): string {
  return join(folder, version === undefined ? `${name}.log` : `${name}@${version}.log`);
}

/** Opens for appending, so that all replicas can write to it and it can be truncated under them. The caller closes it. */
export function openLog(path: string): number {
  return openSync(path, 'a', 0o600);
}

/** The host's own words about a process, among the process's: what it says about itself is often not the whole story. Never throws. */
export function note(path: string, text: string): void {
  new LogFile(path).append(`[conductor ${new Date().toISOString()}] ${text}\n`);
}

/**
 * A log that others may write to as well. Nothing that happens to it ends anything: what could not be written is counted, and the
 * count is written when that is possible again.
 */
export class LogFile {
  readonly path: string;
  #lost = 0;
  #why = '';

  readonly #rotates: boolean;

  /** `rotates`: it is moved aside when it has grown too long, so nobody else may keep it open. */
  constructor(path: string, { rotates = false } = {}) {
    this.path = path;
    this.#rotates = rotates;
  }

  /** Appends whole lines, or as many as fit. Never throws, and never leaves half a line. */
  append(lines: string | Uint8Array): void {
    const missing = this.#lost === 0 ? '' : `[conductor ${new Date().toISOString()}] ${this.#sayLost()}\n`;
    const bytes = Buffer.concat([Buffer.from(missing), Buffer.from(lines)]);
    let done = 0;
    try {
      done = appendWhole(this.path, bytes);
      if (this.#rotates && statSync(this.path).size >= rotateAt) renameSync(this.path, `${this.path}.1`);
      if (done < bytes.length) this.#why = 'there was no room on the disk';
    } catch (error) {
      this.#why = isDiskFull(error) ? 'there was no room on the disk' : (error as Error).message;
    }
    if (done > 0) this.#lost = 0;
    this.#lost += count(bytes.subarray(Math.max(done, Buffer.byteLength(missing))), 0x0a);
  }

  #sayLost(): string {
    return `${this.#lost} ${this.#lost === 1 ? 'line was' : 'lines were'} lost here: ${this.#why}`;
  }
}

/** Appends as many of these lines as the disk takes. Answers with their bytes. */
function appendWhole(path: string, bytes: Buffer): number {
  const file = openLog(path);
  try {
    const written = writeSync(file, bytes);
    if (written === bytes.length) return written;
    const whole = bytes.lastIndexOf(0x0a, written - 1) + 1;
    ftruncateSync(file, fstatSync(file).size - (written - whole));
    return whole;
  } finally {
    closeSync(file);
  }
}

/**
 * Moves a log that has grown too long aside. The processes keep writing to the same file, so it is copied and emptied; what
 * is written between the two is lost, which is the price for children that need nobody to read their output.
 */
export function rotate(path: string, limit = rotateAt): void {
  let size: number;
  try {
    size = statSync(path).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (size < limit) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

/** The last lines of a log, its earlier piece included, oldest first; none where there is no log. */
export function tail(path: string, lines: number): string[] {
  const found = [...lastLines(`${path}.1`, lines), ...lastLines(path, lines)];
  return lines === 0 ? [] : found.slice(-lines);
}

function lastLines(path: string, lines: number): string[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const chunk = 64 * 1024;
    let from = statSync(path).size;
    let text = Buffer.alloc(0);
    // One line feed more than lines asked for: the one that ends the line before the first.
    while (from > 0 && count(text, 0x0a) <= lines) {
      const length = Math.min(chunk, from);
      from -= length;
      const piece = Buffer.alloc(length);
      readSync(file, piece, 0, length, from);
      text = Buffer.concat([piece, text]);
    }
    const all = text.toString('utf8').split('\n');
    if (all.at(-1) === '') all.pop();
    return lines === 0 ? [] : all.slice(-lines);
  } finally {
    closeSync(file);
  }
}

function count(text: Uint8Array, byte: number): number {
  let found = 0;
  for (const each of text) if (each === byte) found++;
  return found;
}

/** How often a followed log is looked at. */
const followMs = 100;

/** Lines that are written from now on, until the signal aborts. Survives rotation, and a log that is not there yet. */
export async function* follow(path: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  let position = await size(path);
  let rest = '';
  while (signal?.aborted !== true) {
    const now = await size(path);
    if (now < position) {
      // What was written before it was moved aside.
      const aside = await size(`${path}.1`);
      if (aside > position) rest += await read(`${path}.1`, position, aside);
      position = 0;
    }
    if (now > position) {
      const piece = await read(path, position, now);
      position = now;
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    await sleep(followMs, undefined, signal === undefined ? {} : { signal }).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error;
    });
  }
}

async function size(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

async function read(path: string, from: number, to: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
