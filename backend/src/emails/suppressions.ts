import { createHmac, randomBytes } from 'node:crypto';
import type { ClientSession, Collection } from 'mongodb';
import type { Mongo } from '../mongo/mongo.ts';

/** `unsubscribed`: they ended letters themselves, by the link in one; `asked`: an admin put them there. */
export const suppressionReasons = ['unsubscribed', 'asked'] as const;

interface Suppression {
  /** `<orgId>:<HMAC of the address>`; the address itself is not kept. */
  _id: string;
  orgId: string;
  reason: (typeof suppressionReasons)[number];
  at: Date;
  /** The admin who put it there; absent for others, and of before this was kept. */
  byUserId?: string;
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

  /** Why an address is on the list; null when it is not. */
  async find(
    orgId: string,
    address: string,
  ): Promise<Pick<Suppression, 'reason' | 'at' | 'byUserId'> | null> {
    return this.#list.findOne({ _id: await this.#id(orgId, address) });
  }

  /** Puts an address on the list; its mark there, or undefined when it was on it, where the first reason stays. */
  async add(
    orgId: string,
    address: string,
    { reason, byUserId }: Pick<Suppression, 'reason' | 'byUserId'>,
    session?: ClientSession,
  ): Promise<string | undefined> {
    const id = await this.#id(orgId, address);
    const entry = { orgId, reason, at: new Date(), ...(byUserId !== undefined && { byUserId }) };
    const { upsertedCount } = await this.#list.updateOne(
      { _id: id },
      { $setOnInsert: entry },
      { upsert: true, session },
    );
    return upsertedCount > 0 ? markOf(id) : undefined;
  }

  /** Takes an address off the list, as its owner must have asked; its mark there, or undefined when it was not on it. */
  async lift(orgId: string, address: string, session?: ClientSession): Promise<string | undefined> {
    const id = await this.#id(orgId, address);
    return (await this.#list.deleteOne({ _id: id }, { session })).deletedCount > 0 ? markOf(id) : undefined;
  }

  async #id(orgId: string, address: string): Promise<string> {
    return [...(await this.#ids(orgId, [address])).keys()][0]!;
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

/** What stands for the address in the audit log, the same each time. */
const markOf = (id: string): string => id.slice(id.indexOf(':') + 1);

const duplicateKey = 11_000;
