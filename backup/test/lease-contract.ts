import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  endLease,
  type Holding,
  Lease,
  type LeasePlace,
  livingHolder,
  type TakeOptions,
  takeLease,
} from '../src/lease.ts';

export interface LeaseBench<Details> {
  /** One more person's access to the same record. */
  place(): Promise<LeasePlace<Details>>;
  close(): Promise<void>;
}

interface Contract<Details> {
  open(): Promise<LeaseBench<Details>>;
  readonly details: Details;
  /** Milliseconds that fit the place: a renewal takes much less than the difference between them. */
  readonly patience: number;
  readonly heartbeat: number;
}

/** What every place of a lease's record promises; each one passes it. */
export function leaseContract<Details extends object>(
  name: string,
  { open, details, patience, heartbeat }: Contract<Details>,
): void {
  let bench: LeaseBench<Details>;
  const held: Lease<Details>[] = [];
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    // One whose place a test has broken cannot be let go.
    await Promise.allSettled(held.splice(0).map((lease) => lease.release()));
    await bench.close();
  });

  const terms = { details, patience, heartbeat };
  async function take(place: LeasePlace<Details>, more: Partial<TakeOptions<Details>> = {}) {
    const taken = await takeLease(place, { ...terms, ...more });
    if (taken instanceof Lease) held.push(taken);
    return taken;
  }
  async function mustTake(place: LeasePlace<Details>, more: Partial<TakeOptions<Details>> = {}) {
    const taken = await take(place, more);
    if (taken instanceof Lease) return taken;
    throw new Error(`It is held: ${JSON.stringify(taken)}`);
  }
  /** The same place, written to in another way from now on. */
  const writingTo = (place: LeasePlace<Details>) => ({
    read: () => place.read(),
    write: (...args: Parameters<typeof place.write>) => place.write(...args),
    lost: (...args: Parameters<typeof place.lost>) => place.lost(...args),
    busy: () => place.busy(),
  });
  /** What a killed holder leaves. */
  async function leaveBehind(place: LeasePlace<Details>): Promise<Holding & Details> {
    const token = ((await place.read())?.record.token ?? 0) + 1;
    const record = { ...details, id: randomUUID(), token, beat: 3, patience, released: false };
    expect(await place.write(record, await place.read())).toBeDefined();
    return record;
  }

  describe(`a lease in ${name}`, () => {
    it('goes from one holder to the next, and its token grows by one', async () => {
      const [ana, ben] = [await bench.place(), await bench.place()];
      expect(await ana.read()).toBeUndefined();
      for (const [index, place] of [ana, ben, ana].entries()) {
        const lease = await mustTake(place);
        expect(lease.token).toBe(index + 1);
        await lease.release();
        expect((await ben.read())?.record).toMatchObject({ token: index + 1, released: true });
      }
    });

    it('writes only over what was seen', async () => {
      const [ana, ben] = [await bench.place(), await bench.place()];
      await leaveBehind(ana);
      const seen = (await ana.read())!;
      const next = (id: string) => ({ ...seen.record, id, token: seen.record.token + 1 });
      expect(await ben.write(next('ben'), undefined)).toBeUndefined();
      expect(await ben.write(next('ben'), seen)).toBeDefined();
      expect(await ana.write(next('ana'), seen)).toBeUndefined();
      expect(await ana.write({ ...seen.record, beat: 9 }, seen)).toBeUndefined();
      expect((await ana.read())?.record).toMatchObject({ id: 'ben', token: seen.record.token + 1 });
    });

    it('is held by exactly one of ten who race for it', async () => {
      const places = await Promise.all(Array.from({ length: 10 }, () => bench.place()));
      const taken = await Promise.all(places.map((place) => take(place, { looksAlive: () => true })));
      const winners = taken.filter((each) => each instanceof Lease);
      expect(winners).toHaveLength(1);
      for (const each of taken) {
        if (!(each instanceof Lease)) expect(each).toMatchObject({ token: winners[0]!.token });
      }
    });

    it('stays with a holder that lives, whatever the clocks say', async () => {
      const [ana, ben] = [await bench.place(), await bench.place()];
      const lease = await mustTake(ana);
      const first = (await ben.read())!.record;
      const now = Date.now();
      for (const minutes of [10, -10, 60 * 24 * 365]) {
        vi.spyOn(Date, 'now').mockReturnValue(now + minutes * 60_000);
        expect(await take(ben)).toMatchObject({ id: first.id, token: first.token });
      }
      await sleep(patience);
      await lease.assertHeld();
      expect(lease.lost.aborted).toBe(false);
      expect((await ben.read())!.record.beat).toBeGreaterThan(first.beat);
    });

    it('of a dead holder is taken over after its patience of watching, not before', async () => {
      const place = await bench.place();
      const dead = await leaveBehind(place);
      const began = performance.now();
      const lease = await mustTake(await bench.place());
      expect(performance.now() - began).toBeGreaterThanOrEqual(patience);
      expect(lease.token).toBe(dead.token + 1);
    });

    it('is not taken over for time in which the watcher itself stood still: the holder may have slept with it', async () => {
      await leaveBehind(await bench.place());
      const awake = performance.now.bind(performance);
      const began = awake();
      const fallAsleep = () =>
        vi.spyOn(performance, 'now').mockImplementation(() => awake() + 100 * patience);
      await mustTake(await bench.place(), { onWait: fallAsleep });
      // It counts as one heartbeat of watching, no more.
      expect(awake() - began).toBeGreaterThan(patience - 2 * heartbeat);
    });

    it('is held by who wrote it, although the answer to that was lost', async () => {
      const place = await bench.place();
      const deaf = writingTo(place);
      let lost = 1;
      deaf.write = async (record, over) => {
        const version = await place.write(record, over);
        return lost-- > 0 ? undefined : version;
      };
      const lease = await mustTake(deaf, { looksAlive: () => true });
      expect(lease.token).toBe(1);
      lost = 1;
      await lease.assertHeld();
      expect((await place.read())?.record).toMatchObject({ token: 1, released: false });
    });

    it('of a holder that is proven to be gone is taken over at once', async () => {
      const place = await bench.place();
      const dead = await leaveBehind(place);
      const waited = vi.fn();
      await mustTake(place, { isGone: async ({ id }) => id === dead.id, onWait: waited });
      expect(waited).not.toHaveBeenCalled();
    });

    it('is not even watched when it looks alive and nobody wants to wait', async () => {
      const place = await bench.place();
      const dead = await leaveBehind(place);
      const waited = vi.fn();
      expect(await take(place, { looksAlive: () => true, onWait: waited })).toMatchObject({ id: dead.id });
      expect(waited).not.toHaveBeenCalled();
    });

    it('is taken by one who waits as soon as it is let go', async () => {
      const [ana, ben] = [await bench.place(), await bench.place()];
      const lease = await mustTake(ana);
      const waited = Promise.withResolvers<unknown>();
      const waiting = mustTake(ben, { wait: 60_000, looksAlive: () => true, onWait: waited.resolve });
      expect(await waited.promise).toMatchObject({ token: lease.token });
      await lease.release();
      expect((await waiting).token).toBe(lease.token + 1);
    });

    it('is waited for until the time is up or the person gives up', async () => {
      const [ana, ben] = [await bench.place(), await bench.place()];
      const { token } = await mustTake(ana);
      expect(await take(ben, { wait: heartbeat, looksAlive: () => true })).toMatchObject({ token });
      const signal = AbortSignal.timeout(heartbeat);
      await expect(take(ben, { wait: 60_000, signal })).rejects.toThrow(/abort/i);
    });

    it('that was taken over refuses every write of the holder before, and tells it', async () => {
      const [ana, ben] = [await bench.place(), await bench.place()];
      const old = await mustTake(ana);
      expect(await endLease(ben, details)).toMatchObject({ token: old.token });
      const lease = await mustTake(ben);
      expect(lease.token).toBe(old.token + 2);
      await expect(old.assertHeld()).rejects.toThrow();
      expect(old.lost.aborted).toBe(true);
      const more = vi.fn(async () => 'written');
      await expect(old.renew(more)).rejects.toBe(old.lost.reason);
      expect(more).not.toHaveBeenCalled();
      await old.release();
      await lease.assertHeld();
      expect((await ana.read())?.record).toMatchObject({ token: lease.token, released: false });
    });

    it('that cannot be renewed is given up before others may take it over', async () => {
      const broken = writingTo(await bench.place());
      const lease = await mustTake(broken);
      const began = performance.now();
      broken.write = () => Promise.reject(new Error('The place is away.'));
      await new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
      expect(performance.now() - began).toBeLessThan(patience);
      await expect(lease.assertHeld()).rejects.toBe(lease.lost.reason);
    });

    it('that is not answered in time is given up as well', async () => {
      const silent = writingTo(await bench.place());
      const lease = await mustTake(silent);
      const began = performance.now();
      silent.write = () => new Promise(() => {});
      await new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
      expect(performance.now() - began).toBeLessThan(patience);
      // What hangs is not waited for at the end of the test either.
      held.splice(held.indexOf(lease), 1);
    });

    it('survives renewals that fail for a moment', async () => {
      const place = await bench.place();
      let failures = 2;
      const shaky = writingTo(place);
      shaky.write = async (record, over) => {
        if (record.beat > 0 && failures-- > 0) throw new Error('The place is away for a moment.');
        return place.write(record, over);
      };
      const lease = await mustTake(shaky);
      await sleep(patience);
      expect(failures).toBeLessThan(1);
      expect(lease.lost.aborted).toBe(false);
      await lease.assertHeld();
    });

    it('tells who holds it: at once when it looks so, else after seeing another sign of life', async () => {
      const [ana, ben] = [await bench.place(), await bench.place()];
      const look = (looksAlive: boolean) =>
        livingHolder(ben, {
          ms: heartbeat * 2,
          heartbeat,
          looksAlive: () => looksAlive,
          isGone: async () => false,
        });
      expect(await look(false)).toBeUndefined();
      const lease = await mustTake(ana);
      expect(await look(true)).toMatchObject({ token: lease.token });
      expect(await look(false)).toMatchObject({ token: lease.token });
      await lease.release();
      expect(await look(true)).toBeUndefined();
      await leaveBehind(ana);
      expect(await look(false)).toBeUndefined();
    });
  });
}
