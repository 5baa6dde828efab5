import type { Mongo } from '../mongo/mongo.ts';
import type { EmailDocument } from './email.ts';

/** When a letter to an address was refused, and in which words of its mail server. */
interface Refusal {
  at: Date;
  words: string | null;
}

/** The end of the last letter to an address, where the mail server refused it; null where it was taken, or there was none. */
export async function lastRefusal(mongo: Mongo, orgId: string, address: string): Promise<Refusal | null> {
  const [last] = await mongo.db
    .collection<EmailDocument>('emails')
    .find({ orgId, 'delivery.recipients.address': address, status: { $in: ['sent', 'bounced'] } })
    .sort({ 'delivery.dueAt': -1 })
    .limit(1)
    .toArray();
  const { recipients, dueAt } = last?.delivery ?? {};
  const found = recipients?.find((one) => one.address === address);
  return found?.state === 'refused' ? { at: dueAt!, words: found.words } : null;
}
