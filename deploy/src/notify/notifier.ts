import type { NotifyEvent } from '../model/event.ts';

/** One way of telling the team. */
export interface Notifier {
  /** For people: `Slack`, `e-mail to ops@example.com`. Without secrets. */
  readonly name: string;
  /** Delivers, repeating what may go better a moment later. Fails with an error without secrets when it cannot. */
  send(event: NotifyEvent, signal: AbortSignal): Promise<void>;
}
