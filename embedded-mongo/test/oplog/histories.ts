import {
  type Collection,
  type Db,
  Decimal128,
  type Document,
  Double,
  Long,
  type MongoClient,
  MongoServerError,
} from 'mongodb';

/** Numbers from a seed, the same every time. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

interface Numbered {
  _id: number;
  [field: string]: unknown;
}

/** Random writes of every kind to one database. */
export class History {
  readonly #client: MongoClient;
  readonly #db: Db;
  readonly #random: () => number;
  done = 0;
  refused = 0;

  constructor(client: MongoClient, db: string, seed: number) {
    this.#client = client;
    this.#db = client.db(db);
    this.#random = randomFrom(seed);
  }

  #number(below: number): number {
    return Math.floor(this.#random() * below);
  }
  #pick<T>(items: readonly T[]): T {
    return items[this.#number(items.length)]!;
  }
  #collection(): Collection<Numbered> {
    return this.#db.collection(this.#pick(['a', 'b', 'c']));
  }
  #id(): number {
    return this.#number(30);
  }

  #value(depth = 0): unknown {
    const kind = this.#number(depth < 3 ? 12 : 8);
    if (kind >= 10) return Array.from({ length: this.#number(5) }, () => this.#value(depth + 1));
    if (kind >= 8) return this.#fields(depth + 1);
    return [
      this.#number(100),
      new Double(this.#number(10)),
      Long.fromNumber(this.#number(100)),
      Decimal128.fromString('1.50'),
      'x'.repeat(this.#number(40)),
      new Date(1_700_000_000_000 + this.#number(1000)),
      null,
      this.#random() < 0.5,
    ][kind];
  }
  #fields(depth = 0): Document {
    const fields: Document = {};
    for (const name of ['n', 'list', 'in', 'x', 'y', 'z'])
      if (this.#random() < 0.4)
        fields[name] = name === 'list' ? [this.#value(2), this.#value(2)] : this.#value(depth);
    return fields;
  }

  #operators(): Document {
    const path = () => this.#pick(['n', 'x', 'y', 'in.x', 'in.list', 'in.in.y', 'list.0', 'list.1.x', 'z']);
    return this.#pick<() => Document>([
      () => ({ $set: { [path()]: this.#value() } }),
      () => ({ $set: { in: this.#fields(1) }, $unset: { [this.#pick(['x', 'y', 'z'])]: '' } }),
      () => ({ $inc: { n: this.#number(9) } }),
      () => ({ $mul: { n: new Double(1.5) }, $set: { y: this.#value(2) } }),
      () => ({ $push: { list: this.#value(2) } }),
      () => ({ $push: { list: { $each: [this.#value(2), 1], $position: this.#number(3), $slice: -4 } } }),
      () => ({ $push: { list: { $each: [3, 1], $sort: 1 } } }),
      () => ({ $addToSet: { list: this.#number(4) } }),
      () => ({ $pull: { list: { $lt: this.#number(50) } } }),
      () => ({ $pop: { list: this.#pick([1, -1]) } }),
      () => ({ $rename: { [this.#pick(['x', 'in.x'])]: this.#pick(['renamed', 'in.renamed']) } }),
      () => ({ $min: { n: this.#number(50) }, $max: { z: this.#number(50) } }),
      () => ({ $currentDate: { y: true } }),
      () => ({ $unset: { [path()]: '' } }),
    ])();
  }
  #pipeline(): Document[] {
    return this.#pick<() => Document[]>([
      () => [
        {
          $set: { n: { $add: [{ $ifNull: [{ $toDouble: { $size: { $ifNull: ['$list', []] } } }, 0] }, 1] } },
        },
      ],
      () => [{ $unset: this.#pick(['x', 'y', 'in']) }],
      () => [{ $set: { list: { $concatArrays: [{ $ifNull: ['$list', []] }, [this.#number(9)]] } } }],
      () => [{ $replaceWith: { $mergeObjects: [{ _id: '$_id', z: this.#number(9) }, '$in'] } }],
    ])();
  }

  /** One write of documents. */
  #write(options: Document = {}): Promise<unknown> {
    const collection = this.#collection();
    const filter = { _id: this.#id() };
    const many = { _id: { $gte: this.#id() } };
    const upsert = this.#random() < 0.3;
    const document = (): Numbered => ({ _id: this.#id(), ...this.#fields() });
    return this.#pick<() => Promise<unknown>>([
      () => collection.insertOne(document(), options),
      () =>
        collection.insertMany(Array.from({ length: 1 + this.#number(5) }, document), {
          ordered: this.#random() < 0.5,
          ...options,
        }),
      () => collection.updateOne(filter, this.#operators(), { upsert, ...options }),
      () => collection.updateOne(filter, this.#operators(), options),
      () => collection.updateMany(many, this.#operators(), options),
      () => collection.updateOne(filter, this.#pipeline(), { upsert, ...options }),
      () => collection.updateMany(many, this.#pipeline(), options),
      () => collection.replaceOne(filter, this.#fields(), { upsert, ...options }),
      () =>
        collection.findOneAndUpdate(filter, this.#operators(), {
          returnDocument: 'after',
          upsert,
          ...options,
        }),
      () => collection.findOneAndReplace(filter, this.#fields(), options),
      () => collection.findOneAndDelete(filter, options),
      () => collection.deleteOne(filter, options),
      () => collection.deleteMany({ _id: { $gt: this.#id(), $lt: this.#id() } }, options),
      () =>
        collection.bulkWrite(
          [
            { insertOne: { document: document() } },
            { updateOne: { filter, update: this.#operators(), upsert } },
            { replaceOne: { filter: { _id: this.#id() }, replacement: this.#fields() } },
            { deleteOne: { filter: { _id: this.#id() } } },
            { insertOne: { document: document() } },
          ],
          { ordered: this.#random() < 0.5, ...options },
        ),
    ])();
  }

  #transaction(): Promise<unknown> {
    return this.#client.withSession(async (session) => {
      session.startTransaction();
      for (let left = 1 + this.#number(6); left > 0; left--) await this.#write({ session });
      if (this.#random() < 0.2) await session.abortTransaction();
      else await session.commitTransaction();
    });
  }

  /** One change of the catalog. */
  #define(): Promise<unknown> {
    const collection = this.#collection();
    const { collectionName: name } = collection;
    return this.#pick<() => Promise<unknown>>([
      () => collection.createIndex({ [this.#pick(['n', 'x', 'in.x'])]: 1 }),
      () => collection.createIndex({ n: 1, list: -1 }, { sparse: true, name: 'both' }),
      () => collection.createIndex({ z: 1 }, { partialFilterExpression: { z: { $gt: 20 } } }),
      () => collection.dropIndex(this.#pick(['n_1', 'x_1', 'in.x_1', 'both', 'z_1'])),
      () => this.#db.command({ dropIndexes: name, index: '*' }),
      () => this.#db.createCollection(name),
      () => this.#db.createCollection(name, { validator: { n: { $ne: 77 } } }),
      () => this.#db.createCollection('ring', { capped: true, size: 4096, max: 3 }),
      () => this.#db.collection('ring').insertOne({ n: this.#number(100) }),
      () =>
        this.#db.createCollection(this.#pick(['v', 'w']), { viewOn: name, pipeline: [{ $match: { n: 1 } }] }),
      () => this.#db.command({ drop: this.#pick(['v', 'w', 'ring']) }),
      () => this.#db.command({ drop: name }),
      () => this.#db.command({ collMod: name, validator: { n: { $ne: this.#number(100) } } }),
      () => this.#db.command({ collMod: this.#pick(['v', 'w']), viewOn: name, pipeline: [] }),
      () => collection.rename(this.#pick(['a', 'b', 'c']), { dropTarget: this.#random() < 0.7 }),
      () =>
        collection
          .aggregate([{ $set: { merged: this.#number(9) } }, { $merge: this.#pick(['a', 'b', 'c']) }])
          .toArray(),
      () => collection.aggregate([{ $out: this.#pick(['a', 'b', 'c']) }]).toArray(),
    ])();
  }

  /** Makes so many changes, one after the other; those that the server refuses are counted. Of documents alone, or of the catalog, too. */
  async make(changes: number, of: 'all' | 'documents' = 'all'): Promise<void> {
    for (let left = changes; left > 0; left--) {
      const dice = this.#random() * (of === 'all' ? 1 : 0.88);
      try {
        if (dice < 0.75) await this.#write();
        else if (dice < 0.88) await this.#transaction();
        else if (dice < 0.998) await this.#define();
        else await this.#db.dropDatabase();
        this.done++;
      } catch (error) {
        if (!(error instanceof MongoServerError)) throw error;
        this.refused++;
      }
    }
  }
}
