import { setTimeout } from 'node:timers/promises';
import type { ClientSession, Collection, Filter, UpdateFilter } from 'mongodb';
import { newId } from '../mongo/id.ts';
import type { Message, Outbox } from '../outbox/outbox.ts';
import { Problem } from '../problem.ts';
import type { JobRequest } from '../queue/jobs.ts';
import type { Queues } from '../queue/queues.ts';
import { ConversationError, type Refusal } from './conversation.ts';
import type { Content, Mailer } from './mailer.ts';
import { type Delivery, type Outgoing, type Recipient, ringAgainMs, type SendError } from './outgoing.ts';

/** A letter that was fit to be sent when it was queued, and is not now. */
export class Halt extends Error {}

interface Needs<D extends Outgoing> {
  collection: Collection<D>;
  mailer: Mailer;
  outbox: Outbox;
  queues: Queues;
  /** The job that sends this letter. */
  job: (letter: D) => JobRequest;
  /** What stands in it. Throws `Halt` when it must not be sent any more. */
  content: (letter: D) => Promise<Content>;
  /** What else changes with the letter's state, in one transaction with it. May be called again. */
  told?: (
    letter: D,
    within: { session: ClientSession; tell: (...messages: Message[]) => void },
  ) => Promise<void>;
  /** Fields written together with a state that stays. */
  ended?: () => Partial<D>;
  /** Milliseconds before each further try. */
  backoffMs?: readonly number[];
}

/** A worker that sends says so this often; one that has been silent for three times as long is dead. */
const aliveMs = 5000;
const leaseMs = 3 * aliveMs;
/** While the database is away, what the server said is kept here for half a minute. */
const settleTries = 30;
const settlePauseMs = 1000;
/** 4xx and networks: three tries more. */
const patience = [60_000, 5 * 60_000, 15 * 60_000];

/**
 * Sends the letters of one collection, each at most once, whatever dies: a letter is claimed before anything is said to
 * the server; what is claimed and not handed over is safe to be sent by somebody else; that it is handed over is written
 * before its last line goes; the server's answer is written before anything else happens. Only what falls between the
 * last two is not known, and is said so (`ambiguous`).
 */
export class Dispatch<D extends Outgoing> {
  readonly #needs: Needs<D>;

  constructor(needs: Needs<D>) {
    this.#needs = needs;
  }

  /** Sends a letter, if it is due and nobody else has it. */
  async send(id: string): Promise<void> {
    const claim = newId();
    const letter = await this.#claim(id, claim);
    if (!letter) return;
    const alive = setInterval(() => void this.#stayAlive(id, claim).catch(() => {}), aliveMs);
    try {
      await this.#settle(letter, claim, await this.#attempt(letter, claim));
    } finally {
      clearInterval(alive);
    }
  }

  /** Looks after what was left: rings for what is due, takes back what a dead worker had, tells what nobody told. */
  async sweep(limit = 1000): Promise<number> {
    for (let seen = 0; seen < limit; seen += 1) {
      const now = Date.now();
      const letter = (await this.#letters.findOneAndUpdate(
        { 'delivery.lookAt': { $lte: new Date(now) } } as unknown as Filter<D>,
        set({ 'delivery.lookAt': new Date(now + ringAgainMs) }),
        { sort: { 'delivery.lookAt': 1 }, returnDocument: 'after' },
      )) as D | null;
      if (!letter?.delivery) return seen;
      await this.#lookAfter(letter, letter.delivery);
    }
    return limit;
  }

  async #lookAfter(letter: D, delivery: Delivery): Promise<void> {
    const { status } = letter;
    const unchanged = { status, 'delivery.claim': delivery.claim, 'delivery.phase': delivery.phase };
    const ring = () => this.#needs.queues.add(this.#needs.job(letter));
    if (delivery.untold) await this.#tell(letter._id);
    else if (status === 'queued' || status === 'scheduled') await ring();
    else if (status !== 'sending')
      await this.#letters.updateOne(same(letter), set({ 'delivery.lookAt': null }));
    else if (delivery.phase === 'handed-over') {
      const error: SendError = {
        code: 'ambiguous',
        message: 'The worker ended before the mail server answered.',
      };
      // The claim stays: should the worker be alive after all, its answer is the truth.
      if (await this.#change(letter, unchanged, { status: 'failed', error })) await this.#tell(letter._id);
    } else if (await this.#change(letter, unchanged, again(new Date()))) await ring();
  }

  async #claim(id: string, claim: string): Promise<D | null> {
    const now = Date.now();
    const due = {
      _id: id,
      status: { $in: ['queued', 'scheduled'] },
      'delivery.dueAt': { $lte: new Date(now) },
    };
    const taken = {
      status: 'sending',
      'delivery.claim': claim,
      'delivery.phase': 'claimed',
      'delivery.lookAt': new Date(now + leaseMs),
    };
    // A new version, so that whoever cancels at this moment either comes first or is told that it is too late.
    const update = { $set: taken, $inc: { version: 1 } } as unknown as UpdateFilter<D>;
    return this.#letters.findOneAndUpdate(due as unknown as Filter<D>, update, {
      returnDocument: 'after',
    }) as Promise<D | null>;
  }

  async #stayAlive(id: string, claim: string): Promise<void> {
    await this.#letters.updateOne(
      { _id: id, 'delivery.claim': claim, status: 'sending' } as unknown as Filter<D>,
      set({ 'delivery.lookAt': new Date(Date.now() + leaseMs) }),
    );
  }

  /** Speaks with the mail server; what comes out is the letter's next state. */
  async #attempt(letter: D, claim: string): Promise<Record<string, unknown>> {
    const delivery = letter.delivery!;
    const envelope = delivery.recipients.filter(({ state }) => state === 'waiting').map((one) => one.address);
    const { mailer, content } = this.#needs;
    try {
      const { response, accepted, refused } = await mailer.hand(
        { ...(await content(letter)), messageId: mailer.messageId(delivery.messageId) },
        { envelope, beforeEnd: () => this.#handOver(letter._id, claim) },
      );
      const recipients = answered(delivery.recipients, refused, new Set(accepted));
      return { 'delivery.response': response, ...this.#next(letter, recipients, refused[0]?.words) };
    } catch (error) {
      if (error instanceof Halt)
        return { status: 'failed', error: { code: 'halted', message: error.message } };
      if (error instanceof Problem)
        return { status: 'failed', error: { code: 'not-configured', message: error.message } };
      if (!(error instanceof ConversationError)) throw error;
      if (error.taken === 'unknown')
        return {
          status: 'failed',
          error: { code: 'ambiguous', message: `The mail server did not answer: ${error.message}` },
        };
      const recipients = answered(delivery.recipients, error.refused);
      return this.#next(letter, recipients, error.message, error.permanent && error.refused.length === 0);
    }
  }

  /** Writes that the letter's end follows. Whoever lost the letter, or was asleep for so long that it may have, must not send it. */
  async #handOver(id: string, claim: string): Promise<void> {
    const began = Date.now();
    const { modifiedCount } = await this.#letters.updateOne(
      {
        _id: id,
        status: 'sending',
        'delivery.claim': claim,
        'delivery.phase': 'claimed',
      } as unknown as Filter<D>,
      set({ 'delivery.phase': 'handed-over', 'delivery.lookAt': new Date(began + leaseMs) }),
    );
    if (modifiedCount === 0) throw new Error('Somebody else has this letter now.');
    if (Date.now() - began > leaseMs / 2) throw new Error('The database took too long.');
  }

  /** The state after a conversation: sent as soon as nobody waits, tried again while somebody does and trying may help. */
  #next(letter: D, recipients: Recipient[], words = '', pointless = false): Record<string, unknown> {
    const { failures } = letter.delivery!;
    const { backoffMs = patience } = this.#needs;
    const waiting = recipients.some(({ state }) => state === 'waiting');
    const heard = { 'delivery.recipients': recipients };
    if (waiting && !pointless && failures < backoffMs.length)
      return {
        ...heard,
        ...again(new Date(Date.now() + backoffMs[failures]!)),
        'delivery.failures': failures + 1,
        error: { code: 'unavailable', message: words },
      };
    const after = recipients.map((one) =>
      one.state === 'waiting' ? { ...one, state: 'refused' as const, words } : one,
    );
    if (after.some(({ state }) => state === 'accepted'))
      return { 'delivery.recipients': after, status: 'sent', sentAt: new Date(), error: null };
    if (!waiting) return { ...heard, status: 'bounced', error: { code: 'refused', message: words } };
    const code = pointless ? 'refused' : 'unavailable';
    return { ...heard, status: 'failed', error: { code, message: words } };
  }

  /** The server's answer first, and only that; then whoever has to know. */
  async #settle(letter: D, claim: string, state: Record<string, unknown>): Promise<void> {
    for (let left = settleTries; ; left -= 1)
      try {
        if (await this.#change(letter, { 'delivery.claim': claim }, state)) await this.#tell(letter._id);
        return;
      } catch (error) {
        // Forgetting what the server said would make a question of what is known.
        if (left === 1) throw error;
        await setTimeout(settlePauseMs);
      }
  }

  async #change(
    { _id }: D,
    condition: Record<string, unknown>,
    state: Record<string, unknown>,
  ): Promise<boolean> {
    const ended = state.status !== 'queued' && state.status !== undefined;
    const { modifiedCount } = await this.#letters.updateOne(
      { _id, ...condition } as unknown as Filter<D>,
      {
        $set: {
          'delivery.lookAt': new Date(),
          'delivery.untold': true,
          ...(ended && this.#needs.ended?.()),
          ...state,
        },
        $inc: { version: 1 },
      } as unknown as UpdateFilter<D>,
    );
    return modifiedCount > 0;
  }

  /** Tells once what became of the letter, and rings for it where it is to be tried again. */
  async #tell(id: string): Promise<void> {
    await this.#needs.outbox.commit(async (session, tell) => {
      const letter = (await this.#letters.findOneAndUpdate(
        { _id: id, 'delivery.untold': true } as unknown as Filter<D>,
        set({ 'delivery.untold': false }),
        { session, returnDocument: 'after' },
      )) as D | null;
      if (!letter) return;
      const { dueAt } = letter.delivery!;
      const waits = letter.status === 'queued';
      const delayMs = Math.max(0, dueAt.getTime() - Date.now());
      const lookAt = waits ? new Date(dueAt.getTime() + ringAgainMs) : null;
      await this.#letters.updateOne(same(letter), set({ 'delivery.lookAt': lookAt }), { session });
      if (waits) tell({ job: { ...this.#needs.job(letter), delayMs } });
      await this.#needs.told?.(letter, { session, tell });
    });
  }

  get #letters(): Collection<D> {
    return this.#needs.collection;
  }
}

const same = <D extends Outgoing>({ _id }: D) => ({ _id }) as unknown as Filter<D>;
const set = <D extends Outgoing>(fields: Record<string, unknown>) =>
  ({ $set: fields }) as unknown as UpdateFilter<D>;

/** Back in the queue. */
const again = (dueAt: Date) => ({
  status: 'queued' as const,
  'delivery.claim': null,
  'delivery.phase': null,
  'delivery.dueAt': dueAt,
});

/** The recipients with what the server said of each. */
function answered(
  recipients: readonly Recipient[],
  refused: readonly Refusal[],
  accepted: ReadonlySet<string> = new Set(),
): Recipient[] {
  return recipients.map((one) => {
    const refusal = refused.find(({ address }) => address === one.address);
    if (refusal)
      return { ...one, state: refusal.permanent ? ('refused' as const) : one.state, words: refusal.words };
    return accepted.has(one.address) ? { ...one, state: 'accepted' as const, words: null } : one;
  });
}
