import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { BackupError } from '../errors.ts';
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

/** A store in a folder of this machine, made for its owner's eyes only. */
export function fileStore(folder: string): Store {
  const root = resolve(folder);
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
      const size = await writeAll(partial, source, signal);
      await rename(partial, path);
      await syncFolder(dirname(path));
      return size;
    } catch (error) {
      await rm(partial, { force: true });
      throw translate(error, name, key);
    }
  }

  async function write(key: string, body: string, condition?: Condition): Promise<string> {
    const path = pathOf(key);
    const partial = `${path}.partial~${randomUUID()}`;
    try {
      await writeAll(partial, [Buffer.from(body)]);
      if (condition === undefined) await rename(partial, path);
      else if ('absent' in condition) await linkNew(partial, path);
      else await replace(partial, path, condition.etag);
      await syncFolder(dirname(path));
      return etagOf(body);
    } catch (error) {
      throw isCode(error, 'EEXIST') ? conflict(name, key, error) : translate(error, name, key);
    } finally {
      await rm(partial, { force: true });
    }
  }

  async function read(key: string) {
    try {
      const body = await readFile(pathOf(key), 'utf8');
      return { body, etag: etagOf(body) };
    } catch (error) {
      throw translate(error, name, key);
    }
  }

  async function* openFile(key: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* createReadStream(pathOf(key), { highWaterMark: 64 * 1024, ...(signal && { signal }) });
    } catch (error) {
      throw translate(error, name, key);
    }
  }

  async function* walk(folder: string): AsyncGenerator<string> {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error) => {
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

  /** Files whose path begins with `prefix`. */
  async function* files(prefix: string): AsyncGenerator<string> {
    const folder = prefix.includes('/') ? prefix.slice(0, prefix.lastIndexOf('/')) : '';
    for await (const path of walk(folder)) if (path.startsWith(prefix)) yield path;
  }

  return {
    name,
    put,
    write,
    read,
    open: openFile,
    async head(key) {
      try {
        return (await stat(pathOf(key))).size;
      } catch (error) {
        throw translate(error, name, key);
      }
    },
    async *list(prefix) {
      for await (const path of files(prefix)) {
        if (PARTIAL.test(path) || NEXT.test(path)) continue;
        const found = await stat(join(root, path)).catch(() => undefined);
        if (found !== undefined) yield { key: path, size: found.size };
      }
    },
    async delete(key) {
      const path = pathOf(key);
      try {
        await rm(path, { force: true });
        await removeEmptyFolders(dirname(path), root);
      } catch (error) {
        throw translate(error, name, key);
      }
    },
    async *pending(prefix) {
      for await (const path of files(prefix)) {
        if (PARTIAL.test(path)) yield { key: path.replace(PARTIAL, ''), id: path };
      }
    },
    async discard({ id }: PendingWrite) {
      try {
        await rm(join(root, id), { force: true });
        await removeEmptyFolders(dirname(join(root, id)), root);
      } catch (error) {
        throw translate(error, name, id);
      }
    },
    async time() {
      const path = join(root, `clock.partial~${randomUUID()}`);
      try {
        await writeAll(path, []);
        return (await stat(path)).mtime;
      } catch (error) {
        throw translate(error, name, 'clock');
      } finally {
        await rm(path, { force: true });
      }
    },
    close() {},
  };
}

/** Written, and on the disk, before it is moved to its place. */
async function writeAll(
  path: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<number> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  let size = 0;
  try {
    for await (const piece of source) {
      signal?.throwIfAborted();
      await file.writeFile(piece);
      size += piece.length;
    }
    signal?.throwIfAborted();
    await file.sync();
  } finally {
    await file.close();
  }
  return size;
}

/** Puts a file where none may be: a link, unlike a rename, fails when there is one. */
async function linkNew(from: string, to: string): Promise<void> {
  await link(from, to);
}

/** A replacement takes milliseconds; a link this old (ms) was left by a killed process. */
const ABANDONED = 10_000;

/**
 * Compare-and-swap of a file, without a lock that a kill could leave behind. Whoever links `<file>.next~<version>` first may
 * replace that version, which the rename then does. What a killed process linked and never renamed, the next one renames.
 */
async function replace(from: string, path: string, etag: string): Promise<void> {
  const next = `${path}.next~${etag}`;
  const isStill = async () => etagOf(await readFile(path, 'utf8')) === etag;
  if (!(await isStill())) throw changed();
  try {
    await link(from, next);
  } catch (error) {
    if (isCode(error, 'EEXIST') && (await isAbandoned(next)) && (await isStill())) await rename(next, path);
    throw error;
  }
  if (!(await isStill())) {
    await rm(next);
    throw changed();
  }
  await rename(next, path);
}

async function isAbandoned(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.ctimeMs > ABANDONED;
}

const changed = (): NodeJS.ErrnoException =>
  Object.assign(new Error('The file is another version.'), { code: 'EEXIST' });

const etagOf = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 32);

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

async function removeEmptyFolders(path: string, root: string): Promise<void> {
  for (let at = path; at.length > root.length; at = dirname(at)) {
    try {
      await rmdir(at);
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
