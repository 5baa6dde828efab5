import { createHash } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { parseConnectionString } from '../connection-string.ts';
import { explain, type SourceOptions } from '../create.ts';
import { encrypt } from '../encryption/encrypt.ts';
import { BackupError, hasCode } from '../errors.ts';
import { gzip } from '../gzip.ts';
import type { Scope } from '../layout.ts';
import { type Oplog, openOplog } from '../mongo/oplog.ts';
import { readServerFacts } from '../mongo/server.ts';
import { Digest } from '../pipeline.ts';
import { readWhole } from '../read.ts';
import type { Store } from '../stores/store.ts';
import { entryFor } from './entry.ts';
import { compareInstants, describeInstant, type Instant, isAfter } from './instant.ts';
import { listSlices, newSliceKeys, readSlice, type Slice, writeSlice } from './slice.ts';

export interface ShipOptions {
  readonly store: Store;
  readonly scope: Scope;
  readonly source: SourceOptions;
  /** Age recipients that can open it; null for slices that aren't encrypted. */
  readonly recipients: readonly string[] | null;
  readonly now?: () => Date;
}

/** What became of one shipping. */
export type Shipped =
  | {
      readonly state: 'shipped';
      /** Null when there was nothing after the one before. */
      readonly slice: Slice | null;
      /** Every change up to then is in the store. */
      readonly upTo: Instant;
      /** What no slice has and the server no longer: after it, nothing can be restored by the changes before a new backup was made. */
      readonly gap: { readonly after: Instant; readonly upTo: Instant } | null;
    }
  /** This server has no oplog that can be read, and why. */
  | { readonly state: 'impossible'; readonly reason: string };

/** An entry of the oplog, by its time and its hash. */
type Position = Pick<Slice, 'upTo' | 'last'>;

/** How far back the slice to go on from is looked for, in seconds. An oplog goes back hardly ever so far. */
const LOOK_BACK = 8 * 86_400;

/** Slices that are looked at for it at most. */
const LOOKED_AT = 20;

/**
 * Brings what changes in a database into a store, slice by slice, each from the end of the one before. Several may do so at once: what is there
 * twice is restored once. Between slices it keeps its connection.
 */
export class Shipper {
  private readonly options: ShipOptions;
  private readonly client: MongoClient;
  /** Up to where everything is in the store; undefined before that is known. */
  private position: Position | undefined;

  constructor(options: ShipOptions) {
    this.options = options;
    this.client = new MongoClient(options.source.url);
  }

  /**
   * Ships what has changed since. After a failure the next one begins where it did.
   * @throws {BackupError} of the store; `source.failed`
   */
  async ship(signal?: AbortSignal): Promise<Shipped> {
    try {
      return await this.shipNow(signal);
    } catch (error) {
      throw explain(error, signal);
    }
  }

  private async shipNow(signal: AbortSignal | undefined): Promise<Shipped> {
    const oplog = await openOplog(this.client);
    if ('reason' in oplog) return { state: 'impossible', reason: oplog.reason };
    const newest = await oplog.newest();
    const known = this.position ?? (await this.lastShipped(oplog));
    const goesOn = known !== undefined && (await holds(oplog, known));
    const end = { upTo: newest, last: hashOf(await oplog.at(newest)) };
    const gap = goesOn || known === undefined ? null : { after: known.upTo, upTo: newest };
    const isNews = !goesOn || isAfter(newest, known.upTo);
    // One without changes where there is nothing to go on from: the next begins at its end.
    const slice = isNews ? await this.write(oplog, goesOn ? known : end, end, signal) : null;
    this.position = end;
    return { state: 'shipped', slice, upTo: newest, gap };
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private async write(
    oplog: Oplog,
    from: Position,
    { upTo, last }: Position,
    signal: AbortSignal | undefined,
  ): Promise<Slice> {
    const { store, scope, source, recipients, now = () => new Date() } = this.options;
    const after = from.upTo;
    const server = await readServerFacts(this.client);
    const { database } = parseConnectionString(source.url);
    const databases = source.databases ?? (database === undefined ? null : [database]);
    const keys = newSliceKeys(scope, { after, upTo }, recipients !== null);
    const changes = changesFor(oplog.read(after, upTo, signal), databases);
    const first = await changes.next();
    let entries = 0;
    const counted = async function* () {
      for (let next = first; !next.done; next = await changes.next()) {
        entries++;
        yield next.value;
      }
    };
    let data: Slice['data'] = null;
    if (!first.done) {
      const digest = new Digest();
      const compressed = gzip(counted(), 6);
      const sealed = recipients === null ? compressed : encrypt(compressed, recipients);
      const size = await store.put(keys.data, digest.of(sealed), { ...(signal && { signal }) });
      data = { key: keys.data, size, sha256: digest.sha256, recipients: recipients && [...recipients] };
      await readWhole(store, data, signal);
    }
    // The oldest entries go while others are read.
    if (!(await holds(oplog, from))) throw overrun(after);
    const slice: Slice = {
      format: 'conductor-oplog/1',
      ...scope,
      after,
      upTo,
      last,
      entries,
      databases: databases && [...databases],
      source: server,
      shippedAt: now().toISOString(),
      data,
    };
    await writeSlice(store, keys.record, slice);
    return slice;
  }

  /** The end of the newest slice that is known to be ours: of those that this server can go on from, where there are any. */
  private async lastShipped(oplog: Oplog): Promise<Position | undefined> {
    const { store, scope, now = () => new Date() } = this.options;
    const to = { t: Math.floor(now().getTime() / 1000), i: 0 };
    const listed = await listSlices(store, scope, { from: { t: to.t - LOOK_BACK, i: 0 }, to });
    const newestFirst = listed.toSorted((a, b) => compareInstants(b.upTo, a.upTo));
    let newest: Position | undefined;
    for (const each of newestFirst.slice(0, LOOKED_AT)) {
      try {
        const slice = await readSlice(store, scope, each);
        if (await holds(oplog, slice)) return slice;
        newest ??= slice;
      } catch (error) {
        if (!hasCode(error, 'manifest.invalid', 'store.missing')) throw error;
      }
    }
    return newest;
  }
}

const hashOf = (entry: Uint8Array | undefined): string =>
  createHash('sha256')
    .update(entry ?? '')
    .digest('hex');

/** Whether that entry is still there, and is the same: else what follows it is gone, or another server's. */
async function holds(oplog: Oplog, { upTo, last }: Position): Promise<boolean> {
  const entry = await oplog.at(upTo);
  return entry !== undefined && hashOf(entry) === last;
}

const overrun = (after: Instant): BackupError =>
  new BackupError({
    code: 'oplog.gap',
    message: `The server dropped changes since ${describeInstant(after)} from its oplog while they were read.`,
    hint: 'Its oplog is too small for what is written: make it larger (replSetResizeOplog).',
  });

async function* changesFor(
  entries: AsyncIterable<Uint8Array>,
  databases: readonly string[] | null,
): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    const ours = entryFor(entry, databases);
    if (ours !== undefined) yield ours;
  }
}
