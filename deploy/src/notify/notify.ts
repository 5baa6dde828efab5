import type { NotifierSettings, NotifierValue } from '../config/notifiers.ts';
import type { EventKind, NotifyEvent } from '../model/event.ts';
import type { Redactor, Secrets } from '../secrets/index.ts';
import { emailNotifier } from './email.ts';
import type { Notifier } from './notifier.ts';
import { slackNotifier } from './slack.ts';
import { webhookNotifier } from './webhook.ts';

/** What became of one notifier's attempt. */
export interface Delivery {
  readonly notifier: string;
  readonly delivered: boolean;
  /** Why not, without secrets. */
  readonly problem?: string;
}

/** Tells everybody who wants to know. Never fails: what could not be delivered is in the answer, to be reported. */
export type Notify = (event: NotifyEvent) => Promise<readonly Delivery[]>;

interface NotifyOptions {
  readonly redactor: Redactor;
  /** Milliseconds after which a notifier is given up, however often it repeats. */
  readonly deadline?: number;
}

/** A notifier with the events it is for. */
export interface Subscription {
  readonly on: readonly EventKind[];
  readonly notifier: Notifier;
}

/** Makes the subscriptions of a config. A notifier that cannot be made (its secret is missing) fails at each delivery instead. */
export function subscriptions(settings: readonly NotifierSettings[], secrets: Secrets): Subscription[] {
  return settings.map((each) => ({ on: each.on, notifier: notifierOf(each, secrets) }));
}

/** Sends each event to its subscribers, side by side, with every secret taken out first. */
export function createNotify(
  subscribed: readonly Subscription[],
  { redactor, deadline = 15_000 }: NotifyOptions,
): Notify {
  const deliver = async (notifier: Notifier, event: NotifyEvent): Promise<Delivery> => {
    const signal = AbortSignal.timeout(deadline);
    try {
      await Promise.race([notifier.send(event, signal), aborted(signal)]);
      return { notifier: notifier.name, delivered: true };
    } catch (error) {
      const late = signal.aborted ? `no delivery within ${deadline / 1000} s` : null;
      const problem = redactor.redact(late ?? (error instanceof Error ? error.message : String(error)));
      return { notifier: notifier.name, delivered: false, problem };
    }
  };
  return async (event) => {
    const clean = redactor.redactDeep(event);
    const wanting = subscribed.filter(({ on }) => on.includes(event.kind));
    return Promise.all(wanting.map(({ notifier }) => deliver(notifier, clean)));
  };
}

function notifierOf(settings: NotifierSettings, secrets: Secrets): Notifier {
  const resolved = (value: NotifierValue): string => {
    if (typeof value === 'string') return value;
    const found = secrets[value.name];
    if (found) return found;
    throw new Error(`the secret ${value.name} has no value`);
  };
  try {
    switch (settings.kind) {
      case 'slack':
        return slackNotifier(resolved(settings.url));
      case 'webhook':
        return webhookNotifier(resolved(settings.url), resolved(settings.secret));
      case 'email':
        return emailNotifier({ url: resolved(settings.url), from: settings.from, to: settings.to });
    }
  } catch (error) {
    // `new URL` repeats the address, which may be secret.
    const invalid = (error as NodeJS.ErrnoException).code === 'ERR_INVALID_URL';
    const problem = new Error(invalid ? 'its address is not a URL' : (error as Error).message);
    return { name: settings.kind, send: () => Promise.reject(problem) };
  }
}

/** Rejects when the signal aborts: a notifier that ignores its signal does not hold up a deploy. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
