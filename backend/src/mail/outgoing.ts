import { newId } from '../mongo/id.ts';

/** Where a letter is. `bounced`: its recipients' server refused every one of them for good. */
export const letterStatuses = [
  'draft',
  'scheduled',
  'queued',
  'sending',
  'sent',
  'failed',
  'cancelled',
  'bounced',
] as const;
export type LetterStatus = (typeof letterStatuses)[number];

/**
 * Why a letter was not sent. `ambiguous`: the worker or the connection ended between the letter's end and the server's
 * answer, so it may have arrived; `refused`: the server said no; `unavailable`: all tries failed; `halted`: it may not be sent any more.
 */
export const sendErrorCodes = ['ambiguous', 'refused', 'unavailable', 'not-configured', 'halted'] as const;
export interface SendError {
  code: (typeof sendErrorCodes)[number];
  /** The server's words, or what happened. */
  message: string;
}

/** One recipient: still to be told, taken by the server, or refused in its words. */
export interface Recipient {
  address: string;
  state: 'waiting' | 'accepted' | 'refused';
  words: string | null;
}

/** What sending a letter needs to remember, so that it is sent once whatever is killed. */
export interface Delivery {
  /** Without angle brackets and domain; the letter's own, the same at each try. */
  messageId: string;
  recipients: Recipient[];
  /** Not to be tried before. */
  dueAt: Date;
  /** When the sweep looks at it: it is overdue, or whoever had it is dead. Null when nothing is left to do. */
  lookAt: Date | null;
  /** Whose turn it is; a worker whose claim is not this any more has lost the letter. */
  claim: string | null;
  /** `claimed`: the server does not have it. `handed-over`: its end was about to be sent, and the answer is not known. */
  phase: 'claimed' | 'handed-over' | null;
  /** Tries that the server or the network failed. */
  failures: number;
  /** The state changed and nobody was told yet. */
  untold: boolean;
  /** What the server said when it took it. */
  response: string | null;
}

/** What every collection of letters to be sent holds. */
export interface Outgoing {
  _id: string;
  orgId: string;
  version: number;
  status: LetterStatus;
  error: SendError | null;
  sentAt: Date | null;
  delivery: Delivery | null;
}

/** How long a letter may wait for its job before the sweep asks again. */
export const ringAgainMs = 30_000;

/** A letter that is to leave at `dueAt`; one that keeps its `messageId` is known again where it arrives. */
export function newDelivery(
  addresses: readonly string[],
  { dueAt = new Date(), messageId = newMessageId() }: { dueAt?: Date; messageId?: string } = {},
): Delivery {
  return {
    messageId,
    recipients: [...new Set(addresses)].map((address) => ({ address, state: 'waiting', words: null })),
    dueAt,
    lookAt: new Date(Math.max(dueAt.getTime(), Date.now()) + ringAgainMs),
    claim: null,
    phase: null,
    failures: 0,
    untold: false,
    response: null,
  };
}

/** The part of a Message-ID before the `@`. */
export const newMessageId = (): string => `${newId()}.${crypto.randomUUID().slice(0, 13)}`;
