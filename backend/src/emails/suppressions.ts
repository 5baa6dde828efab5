import { createHmac, randomBytes } from 'node:crypto';
import type { ClientSession, Collection } from 'mongodb';
import type { Mongo } from '../mongo/mongo.ts';

interface Suppression {
  /** `<orgId>:<HMAC of the address>`; the address itself is not kept. */
  _id: string;
  orgId: string;
  reason: 'unsubscribed' | 'asked';
  at: Date;
}

/**
 * Who gets no letters any more. Only a keyed hash of each address is kept, so that it outlives the erasure of the person
 * without being their address. The key is the organisation's own and in the database: with SECRET_KEY the list would be
 * forgotten when that is changed.
 */
export class Suppressions {
  readonly #mongo: Mongo;

  constructor(mongo: Mongo) {
    this.#mongo = mongo;
  }

  /** Those of the addresses that are on the list. */
  async among(orgId: string, addresses: readonly string[], session?: ClientSession): Promise<string[]> {
    const ids = await this.#ids(orgId, addresses);
    const found = await this.#list.find({ _id: { $in: [...ids.keys()] } }, { session }).toArray();
    return found.map(({ _id }) => ids.get(_id)!);
  }

  async add(
    orgId: string,
    address: string,
    reason: Suppression['reason'],
    session?: ClientSession,
  ): Promise<void> {
    const [[id]] = [...(await this.#ids(orgId, [address]))] as [[string, string]];
    const entry = { orgId, reason, at: new Date() };
    await this.#list.updateOne({ _id: id }, { $setOnInsert: entry }, { upsert: true, session });
  }

  /** Takes an address off the list, as its owner must have asked. False when it was not on it. */
  async lift(orgId: string, address: string, session?: ClientSession): Promise<boolean> {
    const ids = [...(await this.#ids(orgId, [address])).keys()];
    return (await this.#list.deleteOne({ _id: ids[0]! }, { session })).deletedCount > 0;
  }

  /** The addresses by their ids in the list. */
  async #ids(orgId: string, addresses: readonly string[]): Promise<Map<string, string>> {
    const keys = this.#mongo.db.collection<{ _id: string; key: string }>('suppressionKeys');
    // Two who make the first key at once: one makes it, both read it.
    await keys
      .updateOne(
        { _id: orgId },
        { $setOnInsert: { key: randomBytes(32).toString('base64') } },
        { upsert: true },
      )
      .catch((error) => {
        if (error.code !== duplicateKey) throw error;
      });
    const { key } = (await keys.findOne({ _id: orgId }))!;
    const bytes = Buffer.from(key, 'base64');
    return new Map(
      addresses.map((address) => {
        const hmac = createHmac('sha256', bytes).update(address.trim().toLowerCase()).digest('base64url');
        return [`${orgId}:${hmac}`, address];
      }),
    );
  }

  get #list(): Collection<Suppression> {
    return this.#mongo.db.collection('suppressions');
  }
}

const duplicateKey = 11_000;
