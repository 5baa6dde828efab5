import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from './retry.ts';

/**
 * A lease: who may work at something now, for as long as it gives signs of life. It trusts no wall clock and no host name: a holder is
 * dead when its record did not change for its patience of the watcher's own monotonic time. Nothing here knows where the record is kept.
 */

/** What the record of every lease says. Who has it, what for and since when is the place's own: its `Details`. */
export interface Holding {
  /** Random: places that compare contents take two equal records for one, and both of their holders would have won. */
  readonly id: string;
  /** Grows by one with each holder: what is written with a lower one than was seen is void. */
  readonly token: number;
  /** Changes with every renewal: life that a watcher sees without comparing clocks. */
  readonly beat: number;
  /** Milliseconds without a change after which the holder is taken for dead. */
  readonly patience: number;
  readonly released: boolean;
}

/** A record as it was read, and which version of it that was. */
export interface Seen<Details> {
  readonly record: Holding & Details;
  readonly version: string;
}

/** Where the record of one lease is kept. */
export interface LeasePlace<Details> {
  /** The record as it is now; undefined when nobody ever held the lease. */
  read(): Promise<Seen<Details> | undefined>;
  /**
   * Writes the record if what is there is still exactly what was seen (undefined: nothing), and returns its version; undefined, and
   * nothing written, when something else is there by now. It must not promise more than its store can: this is what decides races.
   */
  write(record: Holding & Details, over: Seen<Details> | undefined): Promise<string | undefined>;
  /** The error for a holder that lost the lease: to whose record, where there is one, or because it could not be renewed. */
  lost(to: (Holding & Details) | undefined, cause?: unknown): Error;
  /** The error for a record that changed again and again while it was written. */
  busy(): Error;
}

export interface TakeOptions<Details> {
  /** What the record says of the holder to be. */
  readonly details: Details;
  /** Milliseconds without a sign of life after which others may take over. */
  readonly patience: number;
  /** Milliseconds between signs of life: several may fail within the patience. */
  readonly heartbeat: number;
  /** Milliseconds to wait for a holder that lives. Default 0. */
  readonly wait?: number;
  /** Whether a holder seems to live, by its record alone. It only ever refuses sooner. Default: never, each one is watched. */
  readonly looksAlive?: (record: Holding & Details) => boolean;
  /** Whether a holder is proven to be gone, so that nobody has to watch. Default: never. */
  readonly isGone?: (record: Holding & Details) => Promise<boolean>;
  /** Told once when it has to wait or to watch. */
  readonly onWait?: (record: Holding & Details) => void;
  /** Told at each look after that: for how many milliseconds the holder has given no sign of life. */
  readonly onLook?: (record: Holding & Details, silence: number) => void;
  /** Ends the waiting with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Times that a write is tried again because someone else wrote in between. */
const attempts = 20;
/** Looks at a record within one heartbeat. */
const looks = 4;

/**
 * Takes a lease, or returns the record of who has it (released, when it ended while it was watched and nobody wanted to wait for that).
 * A holder that does not look alive is watched: it is refused for as soon as its record changes, and taken over from after a whole
 * patience of silence.
 */
export async function takeLease<Details extends object>(
  place: LeasePlace<Details>,
  options: TakeOptions<Details>,
): Promise<Lease<Details> | (Holding & Details)> {
  const { details, patience, heartbeat, wait = 0, looksAlive, isGone, onWait, onLook, signal } = options;
  const until = performance.now() + wait;
  const watch = new Watch(place, heartbeat);
  let waiting = false;
  let tried: string | undefined;
  for (let writes = 0; writes < attempts; ) {
    signal?.throwIfAborted();
    const seen = await orAborted(watch.look(), signal);
    const late = performance.now() >= until;
    if (seen && !seen.record.released) {
      // Ours: the write of which we heard "someone else's" had been done all the same, and was sent once more.
      if (seen.record.id === tried) return new Lease(place, seen, heartbeat);
      const dead = watch.silence >= seen.record.patience || ((await isGone?.(seen.record)) ?? false);
      if (!dead) {
        if (late && (watch.changed || looksAlive?.(seen.record))) return seen.record;
        if (waiting) onLook?.(seen.record, watch.silence);
        else onWait?.(seen.record);
        waiting = true;
        await systemClock.sleep(heartbeat / looks, signal);
        continue;
      }
    } else if (seen && watch.changed && late) return seen.record;
    const token = (seen?.record.token ?? 0) + 1;
    const record = { ...details, id: randomUUID(), token, beat: 0, patience, released: false };
    tried = record.id;
    const version = await place.write(record, seen);
    if (version !== undefined) return new Lease(place, { record, version }, heartbeat);
    writes++;
    await sleep(Math.random() * Math.min(100, heartbeat));
  }
  throw place.busy();
}

/** What `work` comes to, unless the signal ends the waiting for it first. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Who holds a lease, when it is seen to live: at once when it looks so, else by watching for `ms` whether its record changes. */
export async function livingHolder<Details>(
  place: LeasePlace<Details>,
  {
    ms,
    heartbeat,
    looksAlive,
    isGone,
  }: Required<Pick<TakeOptions<Details>, 'heartbeat' | 'looksAlive' | 'isGone'>> & { readonly ms: number },
): Promise<(Holding & Details) | undefined> {
  const watch = new Watch(place, heartbeat);
  for (;;) {
    const seen = await watch.look();
    if (!seen || seen.record.released || (await isGone(seen.record))) return undefined;
    if (watch.changed || looksAlive(seen.record)) return seen.record;
    if (watch.silence >= ms) return undefined;
    await sleep(heartbeat / looks);
  }
}

/**
 * Ends someone's lease by taking the next token and letting go of it at once: whatever the old holder writes is void. Returns whose it
 * was; undefined when nobody held it.
 */
export async function endLease<Details extends object>(
  place: LeasePlace<Details>,
  details: Details,
): Promise<(Holding & Details) | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const seen = await place.read();
    if (!seen || seen.record.released) return undefined;
    const { token, patience } = seen.record;
    const record = { ...details, id: randomUUID(), token: token + 1, beat: 0, patience, released: true };
    if ((await place.write(record, seen)) !== undefined) return seen.record;
  }
  throw place.busy();
}

/** Looks at a record again and again, and knows for how long it has not changed. */
class Watch<Details> {
  readonly #place: LeasePlace<Details>;
  readonly #heartbeat: number;
  #last: { readonly version: string | undefined; readonly at: number } | undefined;
  /** Milliseconds for which the record was seen unchanged. */
  silence = 0;
  /** The record was another one at the look before, or at an earlier one. */
  changed = false;

  constructor(place: LeasePlace<Details>, heartbeat: number) {
    this.#place = place;
    this.#heartbeat = heartbeat;
  }

  async look(): Promise<Seen<Details> | undefined> {
    const began = performance.now();
    const seen = await this.#place.read();
    if (this.#last && this.#last.version !== seen?.version) {
      this.changed = true;
      this.silence = 0;
    } else if (this.#last) {
      // Who stood still itself has watched nothing meanwhile: it and the holder may have been asleep in the same machine.
      this.silence += Math.min(began - this.#last.at, this.#heartbeat);
    }
    this.#last = { version: seen?.version, at: performance.now() };
    return seen;
  }
}

/** A lease that this process holds, renewed until it is released or lost. */
export class Lease<Details extends object> {
  readonly #place: LeasePlace<Details>;
  readonly #heartbeat: number;
  readonly #lost = new AbortController();
  readonly #stop = new AbortController();
  #seen: Seen<Details>;
  /** Writes of one holder follow one another: a renewal and what is written with one change the same record. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(place: LeasePlace<Details>, seen: Seen<Details>, heartbeat: number) {
    this.#place = place;
    this.#seen = seen;
    this.#heartbeat = heartbeat;
    void this.#beat();
  }

  get token(): number {
    return this.#seen.record.token;
  }

  /** Aborts when the lease is found lost: taken over, ended, or not to be renewed while there was time. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Proves that the lease is still held, by renewing it: it then holds for another patience. Fails with the place's `lost`. */
  assertHeld(): Promise<void> {
    return this.renew();
  }

  /**
   * Renews the lease. `write` may write more together with the record, all of it or nothing, with the promises of
   * {@link LeasePlace.write}; it is called again after someone wrote in between. Fails with the place's `lost`.
   */
  renew(
    write: (record: Holding & Details, over: Seen<Details>) => Promise<string | undefined> = (record, over) =>
      this.#place.write(record, over),
  ): Promise<void> {
    return this.#write({}, write);
  }

  /** Lets go of it. Of one that is lost there is nothing left to let go. Fails when that cannot be written: then it runs out. */
  async release(): Promise<void> {
    this.#stop.abort();
    if (this.#lost.signal.aborted || this.#seen.record.released) return;
    try {
      await this.#write({ released: true }, (record, over) => this.#place.write(record, over));
    } catch (error) {
      if (!this.#lost.signal.aborted) throw error;
    }
  }

  #write(
    change: Partial<Holding>,
    write: (record: Holding & Details, over: Seen<Details>) => Promise<string | undefined>,
  ): Promise<void> {
    const turn = this.#writing.then(async () => {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        this.#lost.signal.throwIfAborted();
        if (this.#seen.record.released) throw this.#lose(undefined);
        const record = { ...this.#seen.record, beat: this.#seen.record.beat + 1, ...change };
        const version = await write(record, this.#seen);
        if (version !== undefined) {
          this.#seen = { record, version };
          return;
        }
        // Ours in another version: a write of which we heard no answer had been done all the same.
        const now = await this.#place.read();
        if (now?.record.id !== record.id || now.record.released) throw this.#lose(now?.record);
        this.#seen = now;
      }
      throw this.#place.busy();
    });
    this.#writing = turn.catch(() => {});
    return turn;
  }

  /** Renews it at each heartbeat. When that fails for too long the lease counts as lost before others may take over. */
  async #beat(): Promise<void> {
    const enough = (this.#seen.record.patience * 2) / 3;
    let renewed = performance.now();
    for (;;) {
      try {
        await sleep(this.#heartbeat, undefined, { signal: this.#stop.signal, ref: false });
      } catch {
        return;
      }
      const began = performance.now();
      const limit = Math.max(this.#heartbeat, enough - (began - renewed));
      const unanswered = new Error('It was not answered.');
      const problem = await Promise.race([
        this.renew().catch((error: unknown) => error),
        sleep(limit, unanswered, { ref: false }),
      ]);
      if (this.#stop.signal.aborted) return;
      if (problem === undefined) renewed = began;
      else if (problem === unanswered || performance.now() - renewed > enough) this.#lose(undefined, problem);
    }
  }

  #lose(to: (Holding & Details) | undefined, cause?: unknown): unknown {
    this.#stop.abort();
    if (!this.#lost.signal.aborted) this.#lost.abort(this.#place.lost(to, cause));
    return this.#lost.signal.reason;
  }
}
