import { setTimeout as sleep } from 'node:timers/promises';
import { readMessages } from './message.ts';
import { summaryOf } from './summary.ts';
import { type RawService, speak } from './wire.ts';
import type { WireCase } from './wire-cases.ts';

/** What the two ends of a proxy saw of one exchange, each as summaries with `; ` between them. */
export interface Seen {
  reads: string;
  hears: string;
}

/** Plays the client of a case against a proxy in front of `service`. */
export async function exchange(wireCase: WireCase, proxy: number, service: RawService): Promise<Seen> {
  const { client, answers = 1, patient = false } = wireCase;
  const pieces = typeof client === 'string' ? [client] : client;
  const { messages } = await speak(proxy, pieces, {
    answers,
    patient,
    bodiless: pieces[0]!.startsWith('HEAD') ? 1 : 0,
  });
  // The end of what was sent may still be on its way.
  await sleep(5);
  const heard = service.heard.flatMap((bytes) => readMessages(bytes));
  return { reads: messages.map(summaryOf).join('; '), hears: heard.map(summaryOf).join('; ') };
}

/** Whether what was seen is what the case says. */
export function meets({ reads, hears }: WireCase, seen: Seen): boolean {
  const read = typeof reads === 'string' ? seen.reads === reads : reads.test(seen.reads);
  if (hears === undefined) return read;
  if (hears === null) return read && seen.hears === '';
  return read && (typeof hears === 'string' ? seen.hears === hears : hears.test(seen.hears));
}
