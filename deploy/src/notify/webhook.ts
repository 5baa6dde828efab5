import { type PostOptions, postJson } from 'conductor-backup/post';
import { Webhook } from 'standardwebhooks';
import { messageOf, textOf } from './message.ts';
import type { Notifier } from './notifier.ts';

/**
 * Posts `{ type, timestamp, data, text }` signed as Standard Webhooks say: headers `webhook-id`, `webhook-timestamp` and
 * `webhook-signature` (HMAC-SHA-256 over id, time and body; https://www.standardwebhooks.com). `type` is
 * `deploy.<kind>`, or `backup.failed` and `backup.alarm`; `data` is the event.
 *
 * @param secret base64, with or without its `whsec_` prefix
 */
export function webhookNotifier(
  url: string,
  secret: string,
  timing: Partial<PostOptions> & { readonly now?: () => Date } = {},
): Notifier {
  const address = new URL(url);
  const signer = new Webhook(secret);
  const { now = () => new Date(), ...rest } = timing;
  return {
    name: `webhook at ${address.host}`,
    async send(event, signal) {
      const { kind, at: timestamp } = event;
      const type = kind.startsWith('backup-') ? kind.replace('-', '.') : `deploy.${kind}`;
      const body = JSON.stringify({ type, timestamp, data: event, text: textOf(messageOf(event)) });
      const signedAt = now();
      const headers = {
        'webhook-id': event.id,
        'webhook-timestamp': String(Math.floor(signedAt.getTime() / 1000)),
        'webhook-signature': signer.sign(event.id, signedAt, body),
      };
      await postJson(address, body, { ...rest, headers, signal });
    },
  };
}
