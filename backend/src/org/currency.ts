import type { ClientSession } from 'mongodb';
import type { Currency } from '../fields/money.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from './org.ts';

/** Before there is an organisation (and of records older than their currency): that of a new one. */
export const firstCurrency: Currency = 'BRL';

/** What amounts are in where nobody says otherwise. */
export async function orgCurrency({ db }: Mongo, orgId: string, session?: ClientSession): Promise<Currency> {
  const org = await db
    .collection<OrgDocument>('orgs')
    .findOne({ _id: orgId }, { projection: { currency: 1 }, session });
  return org?.currency ?? firstCurrency;
}
