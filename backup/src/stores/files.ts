import type { Dirent, Stats } from 'node:fs';
import * as node from 'node:fs/promises';
import { Calls } from './calls.ts';

/** Bytes a millisecond: what a disk writes more slowly than this stands still. */
const SLOWEST_DISK = 1_000;

/** As much of Node's `fs/promises` as a store in a folder uses. */
export type FileSystem = Pick<
  typeof node,
  'link' | 'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'rm' | 'rmdir' | 'stat'
>;

/** Files of which every call ends, see {@link Calls}. */
export class Files {
  readonly #calls: Calls;
  readonly #system: FileSystem;

  constructor(timeout: number, system: FileSystem = node) {
    this.#calls = new Calls(timeout);
    this.#system = system;
  }

  link = (from: string, to: string): Promise<void> => this.#calls.ask(() => this.#system.link(from, to));
  rename = (from: string, to: string): Promise<void> => this.#calls.ask(() => this.#system.rename(from, to));
  rmdir = (path: string): Promise<void> => this.#calls.ask(() => this.#system.rmdir(path));
  stat = (path: string): Promise<Stats> => this.#calls.ask(() => this.#system.stat(path));
  readText = (path: string): Promise<string> => this.#calls.ask(() => this.#system.readFile(path, 'utf8'));

  /** None there is the same as done. */
  remove = (path: string): Promise<void> => this.#calls.ask(() => this.#system.rm(path, { force: true }));

  list = (folder: string): Promise<Dirent[]> =>
    this.#calls.ask(() => this.#system.readdir(folder, { withFileTypes: true }));

  /** For its owner's eyes only. */
  async makeFolder(path: string): Promise<void> {
    await this.#calls.ask(() => this.#system.mkdir(path, { recursive: true, mode: 0o700 }));
  }

  async open(path: string, flags: string): Promise<OpenFile> {
    let opening: Promise<node.FileHandle> | undefined;
    const open = () => {
      opening = this.#system.open(path, flags, 0o600);
      return opening;
    };
    try {
      return new OpenFile(await this.#calls.ask(open), this.#calls);
    } catch (error) {
      // It is let go of when it opens after all.
      opening?.then((handle) => handle.close()).catch(() => {});
      throw error;
    }
  }
}

/** One of {@link Files} while it is read or written. */
class OpenFile {
  readonly #handle: node.FileHandle;
  readonly #calls: Calls;
  #unwritten = 0;

  constructor(handle: node.FileHandle, calls: Calls) {
    this.#handle = handle;
    this.#calls = calls;
  }

  /** The next bytes, `most` at the most; none at its end. */
  async read(most: number): Promise<Uint8Array> {
    const { buffer, bytesRead } = await this.#calls.ask(() => this.#handle.read(Buffer.allocUnsafe(most)));
    return buffer.subarray(0, bytesRead);
  }

  async write(piece: Uint8Array): Promise<void> {
    await this.#calls.ask(() => this.#handle.writeFile(piece), piece.length / SLOWEST_DISK);
    this.#unwritten += piece.length;
  }

  /** Until it is on the disk, which takes the longer the more it is. */
  async sync(): Promise<void> {
    await this.#calls.ask(() => this.#handle.sync(), this.#unwritten / SLOWEST_DISK);
    this.#unwritten = 0;
  }

  async close(): Promise<void> {
    let asked = false;
    const close = () => {
      asked = true;
      return this.#handle.close();
    };
    try {
      await this.#calls.ask(close);
    } finally {
      // It is let go of when what it waits for is answered after all.
      if (!asked) this.#handle.close().catch(() => {});
    }
  }
}
