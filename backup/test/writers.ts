import type { Collection, Db, MongoClient } from 'mongodb';
import { random } from './random.ts';

interface Doc {
  _id: number;
  value?: number;
  count?: number;
  list?: { value: number; at?: Date }[];
  text?: string;
  deep?: { a?: { b?: number } };
  seen?: number;
  both?: number;
  bulk?: boolean;
}

/** Documents are few, so that many changes meet the same one. */
const IDS = 150;

const DUPLICATE = 11_000;

/** Somebody who uses a database: changes of every kind, one after another, the same for the same seed. */
export class Writer {
  private readonly client: MongoClient;
  private readonly db: Db;
  private readonly random: ReturnType<typeof random>;
  private readonly names: string[];
  private readonly base: number;
  private made = 0;

  constructor(client: MongoClient, database: string, seed: number) {
    this.client = client;
    this.db = client.db(database);
    this.random = random(seed);
    this.base = seed * 1_000_000;
    this.names = ['leads', 'deals', 'notes'];
  }

  /** One change of documents; nothing where somebody else has just added the same one. */
  async write(): Promise<void> {
    try {
      await this.change();
    } catch (error) {
      if ((error as { code?: number }).code !== DUPLICATE) throw error;
    }
  }

  private async change(): Promise<void> {
    const { random } = this;
    const collection = this.any();
    const _id = random.below(IDS);
    const value = random.below(1_000);
    switch (random.below(13)) {
      case 0:
      case 1:
        await collection.insertOne({ ...this.document(), _id: this.base + ++this.made });
        return;
      case 2:
        await collection.updateOne({ _id }, { $set: { value, 'deep.a.b': value } }, { upsert: true });
        return;
      case 3:
        await collection.updateOne({ _id }, { $inc: { count: 1 }, $unset: { 'deep.a.b': 1 } });
        return;
      case 4:
        await collection.updateOne({ _id }, { $push: { list: { value, at: new Date(value) } } });
        return;
      case 5:
        if (value % 2 === 0) await collection.updateOne({ _id }, { $pop: { list: -1 } });
        else await collection.updateOne({ _id, list: { $type: 'array' } }, { $set: { 'list.2.value': -1 } });
        return;
      case 6:
        await collection.replaceOne({ _id }, this.document(), { upsert: true });
        return;
      case 7:
        await collection.deleteOne({ _id });
        return;
      case 8:
        await collection.updateMany({ count: { $lt: 5 } }, { $set: { seen: value } });
        return;
      case 9:
        await collection.bulkWrite([
          { deleteOne: { filter: { _id } } },
          { insertOne: { document: { ...this.document(), _id } } },
          { updateOne: { filter: { _id }, update: { $set: { bulk: true } } } },
        ]);
        return;
      case 10:
        await collection.updateOne({ _id }, [{ $set: { twice: { $add: [{ $ifNull: ['$count', 0] }, 2] } } }]);
        return;
      case 11:
        await collection.deleteMany({ value: { $gt: 950 } });
        return;
      default:
        await this.transaction(_id, value);
    }
  }

  /** One change of what there is: collections and indexes. */
  async define(): Promise<void> {
    const { db, random } = this;
    const name = `extra${random.below(4)}`;
    const there = (await db.listCollections({ name }).toArray()).length > 0;
    switch (random.below(8)) {
      case 0:
        if (there) await db.dropCollection(name);
        else await db.createCollection(name, { collation: { locale: 'pt', strength: 2 } });
        break;
      case 1:
        if (there) await db.renameCollection(name, `renamed${random.below(2)}`, { dropTarget: true });
        break;
      case 2:
        await db.collection(name).insertMany([{ name: ++this.made }, { name: ++this.made }]);
        await db.collection(name).createIndex({ name: 1 }, { unique: true, sparse: true });
        break;
      case 6:
        if ((await db.listCollections({ name: 'view' }).toArray()).length > 0)
          await db.dropCollection('view');
        else
          await db.createCollection('view', {
            viewOn: 'leads',
            pipeline: [{ $match: { value: random.below(9) } }],
          });
        break;
      case 7:
        if ((await db.listCollections({ name: 'view' }).toArray()).length > 0)
          await db.command({
            collMod: 'view',
            viewOn: 'deals',
            pipeline: [{ $match: { count: random.below(9) } }],
          });
        break;
      case 3:
        await this.any()
          .createIndex({ value: 1, count: -1 }, { name: `by${random.below(3)}` })
          .catch(isThere);
        break;
      case 4:
        await this.any()
          .dropIndex(`by${random.below(3)}`)
          .catch(isThere);
        break;
      default:
        await db.command({ collMod: 'leads', validator: { value: { $ne: `never${random.below(9)}` } } });
    }
  }

  private async transaction(_id: number, value: number): Promise<void> {
    const [one, other] = [this.any(), this.any()];
    await this.client.withSession((session) =>
      session.withTransaction(async () => {
        await one.updateOne({ _id }, { $set: { both: value } }, { session, upsert: true });
        await other.deleteOne({ _id: _id + 1 }, { session });
        await other.insertOne({ ...this.document(), _id: this.base + ++this.made }, { session });
      }),
    );
  }

  private document(): Omit<Doc, '_id'> {
    const { random } = this;
    return {
      value: random.below(1_000),
      count: random.below(10),
      list: Array.from({ length: random.below(4) }, () => ({ value: random.below(9) })),
      text: 'x'.repeat(random.below(200)),
    };
  }

  private any(): Collection<Doc> {
    return this.db.collection<Doc>(this.random.pick(this.names));
  }
}

/** An index of that name that is there with other fields, or is not there. */
function isThere(error: unknown): void {
  const { code } = error as { code?: number };
  if (code !== 27 && code !== 85 && code !== 86) throw error;
}
