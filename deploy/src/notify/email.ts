import { createTransport } from 'nodemailer';
import { messageOf, textOf } from './message.ts';
import type { Notifier } from './notifier.ts';

export interface EmailOptions {
  /** `smtp://user:password@host:587` or `smtps://…:465`; secret. */
  readonly url: string;
  readonly from: string;
  readonly to: readonly string[];
}

/** Sends a mail in plain text to everybody in `to`. The server queues it, so one acceptance is enough. */
export function emailNotifier({ url, from, to }: EmailOptions): Notifier {
  const { host } = new URL(url);
  return {
    name: `e-mail to ${to.join(', ')}`,
    async send(event, signal) {
      const message = messageOf(event);
      const transport = createTransport({
        url,
        connectionTimeout: 5_000,
        greetingTimeout: 5_000,
        socketTimeout: 10_000,
      });
      const stop = () => transport.close();
      signal.addEventListener('abort', stop, { once: true });
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: message.subject,
          text: textOf(message),
          messageId: `<${event.id}@conductor>`,
          priority: message.alarm ? 'high' : 'normal',
        });
      } catch (error) {
        // The library's message may quote what the server said about the login; its code says enough.
        const { code, responseCode } = error as { code?: string; responseCode?: number };
        throw new Error(`${host} did not take the mail (${responseCode ?? code ?? 'no answer'})`);
      } finally {
        signal.removeEventListener('abort', stop);
        transport.close();
      }
    },
  };
}
