import { BackupError } from '../errors.ts';
import type { Signing } from '../signature.ts';

/** An object of a store, as its listing says. A listing may be stale; decide on {@link Store.read} and {@link Store.head}. */
export interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Another one whenever the object is; undefined where the listing doesn't tell. */
  readonly version?: string;
}

/** A write that was begun and neither completed nor taken back: it costs space and no listing of objects shows it. */
export interface PendingWrite {
  readonly key: string;
  readonly id: string;
}

/** What must be true of the object for a write to happen: it isn't there, or it is exactly the version that was read. */
export type Condition = { readonly absent: true } | { readonly etag: string };

export interface PutOptions {
  readonly signal?: AbortSignal;
  /** Bytes that are expected, roughly; it decides the size of parts where a store has a limit on their number. */
  readonly expected?: number;
}

/**
 * A place that keeps backups. Keys are relative to the store's own prefix, with `/` between folders. Every implementation
 * passes the suite in `test/store-contract.ts`, which proves these promises:
 *
 * - an object is there completely or not at all; when the source of a `put` fails, nothing of it is left;
 * - errors are BackupErrors: `store.missing`, `store.conflict`, `store.refused` (rights, credentials, space),
 *   `store.unreachable` (network, server errors after retries); they never hold a secret.
 */
export interface Store {
  /** For people: `s3://bucket/prefix`, `file:/var/backups`. Holds no secret. */
  readonly name: string;

  /**
   * Who can write to a store could make a backup up, or say of one that it is good. Where this is given, manifests are signed, and one
   * that is not signed by who is trusted does not count.
   */
  readonly signing?: Signing;

  /** Streams an object of any size. The source's own error is what it fails with. Returns the bytes written. */
  put(key: string, source: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<number>;

  /** Writes a small object at once; `store.conflict` when the condition isn't met. Returns its version. */
  write(key: string, body: string, condition?: Condition): Promise<string>;

  /** Reads a small object with its version; `store.missing` when there is none. */
  read(key: string): Promise<{ body: string; etag: string }>;

  /** Streams an object's bytes; `store.missing` when there is none. */
  open(key: string, signal?: AbortSignal): AsyncGenerator<Uint8Array>;

  /** Bytes of an object; `store.missing` when there is none. */
  head(key: string): Promise<number>;

  /** Objects whose key begins with `prefix`, in the order of their keys. */
  list(prefix: string): AsyncGenerator<StoredObject>;

  /** Deletes an object. None there is the same as done. */
  delete(key: string): Promise<void>;

  /** Writes under `prefix` that were begun and never ended. */
  pending(prefix: string): AsyncGenerator<PendingWrite>;

  /** Takes a pending write back, until nothing of it is left. */
  discard(write: PendingWrite): Promise<void>;

  /** What time it is by the store's own clock, to a second; undefined where it doesn't tell. */
  time(): Promise<Date | undefined>;

  /** Lets go of connections. */
  close(): void;
}

const KEY = /^[A-Za-z0-9_.:-]+(?:\/[A-Za-z0-9_.:-]+)*$/;

/** Refuses keys that could leave the store's own place or mean different things to different stores. */
export function checkKey(key: string): void {
  if (KEY.test(key) && !key.split('/').some((part) => /^\.+$/.test(part))) return;
  throw new BackupError({
    code: 'settings.invalid',
    message: `"${key}" cannot be a key of a store.`,
    hint: 'Names of projects and environments have letters, digits, "-", "_", "." and ":".',
  });
}

export const missing = (store: string, key: string, cause?: unknown): BackupError =>
  new BackupError({ code: 'store.missing', message: `There is no ${key} in ${store}.`, cause });

export const conflict = (store: string, key: string, cause?: unknown): BackupError =>
  new BackupError({
    code: 'store.conflict',
    message: `${key} in ${store} was changed by somebody else meanwhile.`,
    hint: 'Run the command again.',
    cause,
  });
