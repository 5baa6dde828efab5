import { createHash, randomUUID } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { BackupError } from '../errors.ts';
import { blocks } from '../pipeline.ts';
import { NoAnswer } from './calls.ts';
import { type FileSystem, Files } from './files.ts';
import {
  type Condition,
  checkKey,
  conflict,
  missing,
  type PendingWrite,
  type PutOptions,
  type Store,
} from './store.ts';

/** A file that is being written: no key ends so. */
const PARTIAL = /\.partial~[0-9a-f-]+$/;
/** A new version about to take the place of the one it names. */
const NEXT = /\.next~[0-9a-f]+$/;

/** Bytes that are read at once. */
const PIECE = 64 * 1024;
/** Bytes that are written at once. */
const BLOCK = 256 * 1024;

export interface FileStoreOptions {
  /** Milliseconds without an answer of the file system after which it is given up (`store.unreachable`). Default a minute. */
  readonly timeout?: number;
  /** Default: Node's own. */
  readonly system?: FileSystem;
}

/**
 * A store in a folder of this machine, made for its owner's eyes only. What a mount never answers ends with an error, and yet keeps its thread:
 * a process that is to end then must not wait for its threads, as `process.exit` does.
 */
export function fileStore(folder: string, { timeout = 60_000, system }: FileStoreOptions = {}): Store {
  const root = resolve(folder);
  const files = new Files(timeout, system);
  const name = `file:${root}`;

  const pathOf = (key: string): string => {
    checkKey(key);
    return join(root, key);
  };

  async function put(
    key: string,
    source: AsyncIterable<Uint8Array>,
    { signal }: PutOptions = {},
  ): Promise<number> {
    const path = pathOf(key);
    const partial = `${path}.partial~${randomUUID()}`;
    try {
      const size = await writeAll(files, partial, source, signal);
      await files.rename(partial, path);
      await syncFolder(files, dirname(path));
      return size;
    } catch (error) {
      // The error that led here is the one to tell; what can't be removed now, the next sweep finds.
      await files.remove(partial).catch(() => {});
      throw translate(error, name, key);
    }
  }

  async function write(key: string, body: string, condition?: Condition): Promise<string> {
    const path = pathOf(key);
    const partial = `${path}.partial~${randomUUID()}`;
    try {
      await writeAll(files, partial, [Buffer.from(body)]);
      if (condition === undefined) await files.rename(partial, path);
      // A link, unlike a rename, fails where there is one.
      else if ('absent' in condition) await files.link(partial, path);
      else await replace(files, partial, path, condition.etag);
      await syncFolder(files, dirname(path));
      return etagOf(body);
    } catch (error) {
      throw isCode(error, 'EEXIST') ? conflict(name, key, error) : translate(error, name, key);
    } finally {
      await files.remove(partial).catch(() => {});
    }
  }

  async function read(key: string) {
    try {
      const body = await files.readText(pathOf(key));
      return { body, etag: etagOf(body) };
    } catch (error) {
      throw translate(error, name, key);
    }
  }

  async function* openFile(key: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      const file = await files.open(pathOf(key), 'r');
      try {
        for (;;) {
          signal?.throwIfAborted();
          const piece = await file.read(PIECE);
          if (piece.length === 0) return;
          yield piece;
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      throw translate(error, name, key);
    }
  }

  async function* walk(folder: string): AsyncGenerator<string> {
    const entries = await files.list(join(root, folder)).catch((error) => {
      if (isCode(error, 'ENOENT')) return [];
      throw translate(error, name, folder);
    });
    entries.sort((a, b) => (sortName(a) < sortName(b) ? -1 : 1));
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* walk(path);
      else yield path;
    }
  }

  /** Paths of files that begin with `prefix`. */
  async function* under(prefix: string): AsyncGenerator<string> {
    const folder = prefix.includes('/') ? prefix.slice(0, prefix.lastIndexOf('/')) : '';
    for await (const path of walk(folder)) if (path.startsWith(prefix)) yield path;
  }

  /** Undefined for what was removed since it was listed. */
  async function sizeIfThere(path: string): Promise<number | undefined> {
    try {
      return (await files.stat(join(root, path))).size;
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw translate(error, name, path);
    }
  }

  return {
    name,
    put,
    write,
    read,
    open: openFile,
    async head(key) {
      try {
        return (await files.stat(pathOf(key))).size;
      } catch (error) {
        throw translate(error, name, key);
      }
    },
    async *list(prefix) {
      for await (const path of under(prefix)) {
        if (PARTIAL.test(path) || NEXT.test(path)) continue;
        const found = await sizeIfThere(path);
        if (found !== undefined) yield { key: path, size: found };
      }
    },
    async delete(key) {
      const path = pathOf(key);
      try {
        await files.remove(path);
        await removeEmptyFolders(files, dirname(path), root);
      } catch (error) {
        throw translate(error, name, key);
      }
    },
    async *pending(prefix) {
      for await (const path of under(prefix)) {
        if (PARTIAL.test(path)) yield { key: path.replace(PARTIAL, ''), id: path };
      }
    },
    async discard({ id }: PendingWrite) {
      try {
        await files.remove(join(root, id));
        await removeEmptyFolders(files, dirname(join(root, id)), root);
      } catch (error) {
        throw translate(error, name, id);
      }
    },
    async time() {
      const path = join(root, `clock.partial~${randomUUID()}`);
      try {
        await writeAll(files, path, []);
        const { mtime } = await files.stat(path);
        await files.remove(path);
        return mtime;
      } catch (error) {
        throw translate(error, name, 'clock');
      }
    },
    close() {},
  };
}

/** Written, and on the disk, before it is moved to its place. */
async function writeAll(
  files: Files,
  path: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<number> {
  await files.makeFolder(dirname(path));
  const file = await files.open(path, 'wx');
  let size = 0;
  let underWay = Promise.resolve();
  try {
    // One is written while the next one comes together.
    for await (const block of blocks(source, BLOCK, 2)) {
      signal?.throwIfAborted();
      await underWay;
      underWay = file.write(block);
      // It is heard of when it is waited for.
      underWay.catch(() => {});
      size += block.length;
    }
    await underWay;
    signal?.throwIfAborted();
    await file.sync();
  } finally {
    await underWay.catch(() => {});
    await file.close();
  }
  return size;
}

/** A replacement takes milliseconds; a link this old (ms) was left by a killed process. */
const ABANDONED = 10_000;

/**
 * Compare-and-swap of a file, without a lock that a kill could leave behind. Whoever links `<file>.next~<version>` first may
 * replace that version, which the rename then does. What a killed process linked and never renamed, the next one renames.
 */
async function replace(files: Files, from: string, path: string, etag: string): Promise<void> {
  const next = `${path}.next~${etag}`;
  const isStill = async () => etagOf(await files.readText(path)) === etag;
  if (!(await isStill())) throw changed();
  try {
    await files.link(from, next);
  } catch (error) {
    if (isCode(error, 'EEXIST') && (await isAbandoned(files, next)) && (await isStill()))
      await files.rename(next, path);
    throw error;
  }
  if (!(await isStill())) {
    await files.remove(next);
    throw changed();
  }
  await files.rename(next, path);
}

async function isAbandoned(files: Files, path: string): Promise<boolean> {
  const found = await files.stat(path).catch((error) => {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  return found !== undefined && Date.now() - found.ctimeMs > ABANDONED;
}

const changed = (): NodeJS.ErrnoException =>
  Object.assign(new Error('The file is another version.'), { code: 'EEXIST' });

const etagOf = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 32);

async function syncFolder(files: Files, path: string): Promise<void> {
  const folder = await files.open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

async function removeEmptyFolders(files: Files, path: string, root: string): Promise<void> {
  for (let at = path; at.length > root.length; at = dirname(at)) {
    try {
      await files.rmdir(at);
    } catch (error) {
      if (isCode(error, 'ENOTEMPTY') || isCode(error, 'EEXIST') || isCode(error, 'ENOENT')) return;
      throw error;
    }
  }
}

/** Sorts a folder as its files' keys sort, where `/` follows the name. */
const sortName = (entry: { name: string; isDirectory(): boolean }): string =>
  entry.isDirectory() ? `${entry.name}/` : entry.name;

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code;

function translate(error: unknown, store: string, key: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof NoAnswer) {
    return new BackupError({
      code: 'store.unreachable',
      message: `${store} can't be reached: ${error.message}.`,
      hint: 'It is tried again by the next run; look at the disk, or at the server whose folder is mounted there.',
      cause: error,
    });
  }
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return missing(store, key, error);
    case 'ENOSPC':
    case 'EDQUOT':
      return refused(`The disk of ${store} is full.`, 'Make space, or keep backups elsewhere.', error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return refused(
        `${store} may not be written or read.`,
        'Give this user the rights to that folder.',
        error,
      );
    case 'EIO':
      return new BackupError({
        code: 'store.unreachable',
        message: `The disk of ${store} failed.`,
        cause: error,
      });
    default:
      return error;
  }
}

const refused = (message: string, hint: string, cause: unknown): BackupError =>
  new BackupError({ code: 'store.refused', message, hint, cause });
