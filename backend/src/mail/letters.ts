import type { ClientSession, Collection } from 'mongodb';
import { newId } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { notifyMailFailing } from '../notices/about-emails.ts';
import type { OrgDocument } from '../org/org.ts';
import type { Message, Outbox } from '../outbox/outbox.ts';
import { job } from '../queue/jobs.ts';
import type { Queues } from '../queue/queues.ts';
import type { SettingsOf } from '../settings.ts';
import { Dispatch, Halt } from './dispatch.ts';
import { Mailer, type MailSettings } from './mailer.ts';
import { newDelivery, type Outgoing } from './outgoing.ts';
import { Seal } from './seal.ts';

/** What the CRM itself writes about. */
export type LetterKind = 'invite' | 'password-reset' | 'account' | 'notification' | 'digest';

/** The transaction that a letter is part of. */
export interface Within {
  session: ClientSession;
  tell: (...messages: Message[]) => void;
}

/** A letter of the CRM to one of its own people. */
export interface Letter {
  orgId: string;
  kind: LetterKind;
  to: string;
  subject: string;
  text: string;
  html?: string;
}

interface LetterDocument extends Outgoing {
  kind: LetterKind;
  to: string;
  /** Subject and text, which may hold a link that opens an account; gone once the letter is sent or has failed. */
  sealed: string | null;
  createdAt: Date;
}

interface Needs {
  settings: MailSettings & Pick<SettingsOf<'worker'>, 'SECRET_KEY' | 'SECRET_KEY_PREVIOUS'>;
  mongo: Mongo;
  outbox: Outbox;
  queues: Queues;
}

const keptDays = 30;

/** Letters of the CRM itself: invitations, passwords, notifications. The worker sends them. */
export class Letters {
  readonly #mailer: Mailer;
  readonly #seal: Seal;
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.#mailer = new Mailer(needs.settings);
    this.#seal = new Seal('letters', needs.settings);
  }

  /** Whether e-mail leaves at all. */
  get able(): boolean {
    return this.#mailer.obstacle === undefined;
  }

  /**
   * Has a letter sent, as part of `within` where that is given. False where no e-mail leaves (no mail server is
   * configured, or the organisation is one of example data): then nothing is kept of it.
   */
  async queueLetter(letter: Letter, within?: Within): Promise<boolean> {
    if (!this.able) return false;
    if (!within)
      return this.#needs.outbox.commit((session, tell) => this.queueLetter(letter, { session, tell }));
    const { orgId, kind, to, subject, text, html } = letter;
    const { session, tell } = within;
    const org = await this.#orgs.findOne({ _id: orgId }, { session });
    if (org?.isDemo) return false;
    const document: LetterDocument = {
      _id: newId(),
      orgId,
      version: 1,
      kind,
      to,
      sealed: this.#seal.close(JSON.stringify({ subject, text, html })),
      status: 'queued',
      error: null,
      sentAt: null,
      createdAt: new Date(),
      delivery: newDelivery([to]),
    };
    await this.#letters.insertOne(document, { session });
    tell({ job: job('letters.send', { letterId: document._id }) });
    return true;
  }

  /** What sends them, for the worker. */
  dispatch(backoffMs?: readonly number[]): Dispatch<LetterDocument> {
    return new Dispatch<LetterDocument>({
      ...this.#needs,
      collection: this.#letters,
      mailer: this.#mailer,
      job: ({ _id }) => job('letters.send', { letterId: _id }),
      content: async ({ orgId, to, sealed }) => {
        const opened = sealed === null ? undefined : this.#seal.open(sealed);
        if (opened === undefined) throw new Halt('SECRET_KEY was changed since this letter was written.');
        const org = await this.#orgs.findOne({ _id: orgId });
        const fromName = org?.email.fromName ?? org?.name ?? 'Conductor CRM';
        return { fromName, to: [to], ...(JSON.parse(opened) as Pick<Letter, 'subject' | 'text' | 'html'>) };
      },
      ended: () => ({ sealed: null }),
      told: async ({ orgId, status, error }, within) => {
        if (status === 'failed') await notifyMailFailing(this.#needs.mongo, orgId, error?.code, within);
      },
      ...(backoffMs && { backoffMs }),
    });
  }

  get #letters(): Collection<LetterDocument> {
    return this.#needs.mongo.db.collection('letters');
  }

  get #orgs(): Collection<OrgDocument> {
    return this.#needs.mongo.db.collection('orgs');
  }
}

export const letterIndexes: Indexes = {
  letters: [
    { key: { 'delivery.lookAt': 1 } },
    { key: { createdAt: 1 }, expireAfterSeconds: keptDays * 86_400 },
  ],
};
