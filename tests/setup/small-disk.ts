import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In memory, or a file with a real file system in it: overwriting in place and metadata differ between the two. */
export type DiskKind = 'tmpfs' | 'ext4';

/** A small file system of its own, for tests of what a full disk does. Whoever makes one removes it. */
export class SmallDisk {
  /** Where it is mounted. */
  readonly path: string;
  readonly #folder: string;
  #keepingFull: NodeJS.Timeout | undefined;

  private constructor(folder: string, path: string) {
    this.#folder = folder;
    this.path = path;
  }

  /** Why none of this kind can be made here; null when it can. */
  static missing(kind: DiskKind): string | null {
    if (process.platform !== 'linux') return `${process.platform} has no ${kind}`;
    if (process.getuid?.() !== 0) return `only root can mount a small ${kind}`;
    try {
      SmallDisk.make(kind, 8).remove();
      return null;
    } catch (error) {
      return `a small ${kind} cannot be mounted here: ${(error as Error).message.split('\n').join(' ').trim()}`;
    }
  }

  static make(kind: DiskKind, mebibytes: number): SmallDisk {
    const folder = mkdtempSync(join(tmpdir(), 'disk-'));
    const path = join(folder, 'm');
    const quiet = { stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'] };
    try {
      mkdirSync(path);
      if (kind === 'tmpfs') {
        execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path], quiet);
      } else {
        const image = join(folder, 'image');
        execFileSync('truncate', ['-s', `${mebibytes}M`, image], quiet);
        execFileSync('mkfs.ext4', ['-q', '-m', '0', image], quiet);
        execFileSync('mount', ['-o', 'loop', image, path], quiet);
      }
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return new SmallDisk(folder, path);
  }

  /** Takes every byte that is free, and every byte that becomes free, until {@link makeRoom}. */
  fill(): void {
    this.#takeAll();
    this.#keepingFull ??= setInterval(() => this.#takeAll(), 5);
  }

  makeRoom(): void {
    clearInterval(this.#keepingFull);
    this.#keepingFull = undefined;
    rmSync(join(this.path, 'filler'), { force: true });
  }

  /** Bytes that are free. */
  get free(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** What uses it must have been told to end: it is waited for, and named when it does not. */
  remove(): void {
    clearInterval(this.#keepingFull);
    execFileSync('sh', ['-c', unmount, 'sh', this.path], { stdio: ['ignore', 'ignore', 'pipe'] });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #takeAll(): void {
    // At once, where it is much; then what the file system has kept back for its own use.
    if (this.free > 4 * 1024 * 1024) {
      const filler = join(this.path, 'filler');
      const from = statSync(filler, { throwIfNoEntry: false })?.size ?? 0;
      execFileSync('fallocate', ['-o', String(from), '-l', String(this.free - 1024 * 1024), filler]);
    }
    const file = openSync(join(this.path, 'filler'), 'a');
    try {
      for (const size of [1024 * 1024, 4096, 1]) {
        const zeros = Buffer.alloc(size);
        while (take(file, zeros));
      }
    } finally {
      closeSync(file);
    }
  }
}

/** A process that has just ended can hold a file system for a moment longer. */
const unmount =
  'for n in $(seq 100); do umount "$1" 2>/dev/null && exit; sleep 0.05; done; fuser -m "$1" 2>/dev/null >&2; umount "$1"';

/** False when there is no room for it. */
function take(file: number, zeros: Buffer): boolean {
  try {
    const written = writeSync(file, zeros);
    // Only on the disk is it certain to have its place.
    if (written > 0 && zeros.length > 1) fsyncSync(file);
    return written > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    return false;
  }
}
