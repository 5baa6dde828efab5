import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Sizes are multiples of this. */
const step = 16 * 1024;

/**
 * Replaces a JSON file as a whole, on a full disk, too: a reader, or whoever comes after a crash, sees the old text or the new one.
 * Beside the file lies another one, `.next`, of the same size: it is overwritten in place, which takes no room, and the two exchange
 * their names. What is left of it is filled with spaces, which JSON allows at its end.
 *
 * Only a text that has outgrown its file takes room, and then twice what it needs, so that the ones after it do not.
 * @param durable also after a power cut.
 * @throws the system's error; ENOSPC or EDQUOT only where the text has outgrown the file. The old text is there then.
 */
export function replaceReserved(path: string, text: string, { durable = false } = {}): void {
  const next = `${path}.next`;
  settle(path);
  const length = Buffer.byteLength(text);
  // What becomes `.next` by this. Spaces at the end of what others may read right now change nothing for them.
  const other = existsSync(path) ? path : `${path}.last`;
  if (size(next) < length || size(other) < length) {
    const room = Math.ceil((2 * length) / step) * step;
    grow(next, room);
    grow(other, room);
  }
  const file = openSync(next, 'r+');
  try {
    writeAll(file, Buffer.from(text.padEnd(text.length + fstatSync(file).size - length)), 0);
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
  exchange(path);
  if (durable) syncFolder(path);
}

/** Removes the file and keeps its place for the next one. */
export function removeReserved(path: string): void {
  settle(path);
  if (existsSync(path)) renameSync(path, existsSync(`${path}.next`) ? `${path}.last` : `${path}.next`);
}

/** `.next` becomes the file, and the file `.next`. Killed in between, {@link settle} ends it. */
function exchange(path: string): void {
  const [next, last] = [`${path}.next`, `${path}.last`];
  if (existsSync(path)) {
    rmSync(last, { force: true });
    linkSync(path, last);
  }
  renameSync(next, path);
  settle(path);
}

/** Brings the place that an exchange (or a removal) has left under another name back. */
function settle(path: string): void {
  const [next, last] = [`${path}.next`, `${path}.last`];
  if (!existsSync(last)) return;
  const linked = existsSync(path) && statSync(path).ino === statSync(last).ino;
  if (linked) rmSync(last);
  else if (!existsSync(next)) renameSync(last, next);
}

/** Makes a file at least this long. What was added and does not fit on the disk is taken away again. */
function grow(path: string, bytes: number): void {
  const file = openSync(path, 'a', 0o600);
  const before = fstatSync(file).size;
  try {
    if (before >= bytes) return;
    writeAll(file, Buffer.alloc(bytes - before, ' '), null);
    // Only then does it have its place on the disk.
    fsyncSync(file);
  } catch (error) {
    ftruncateSync(file, before);
    throw error;
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Buffer, at: number | null): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, at === null ? null : at + done);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
