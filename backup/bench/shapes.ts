import { randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';

/** A database of one kind, to be backed up and restored. */
export interface Shape {
  readonly name: string;
  readonly fill: (db: Db) => Promise<void>;
}

const VOCABULARY =
  'lead call quote friday contract renewal budget meeting manager interested pricing proposal follow up next week demo product sales team mail phone signed lost won stage deal visit customer asked waits for answer from finance before monday'.split(
    ' ',
  );

const note = (seed: number): string =>
  Array.from(
    { length: 28 },
    (_, index) => VOCABULARY[(seed * 31 + index * index * 7 + (seed >> (index % 13))) % VOCABULARY.length],
  ).join(' ');

/** A document as a CRM has it, of about 500 bytes. */
const lead = (number: number): object => ({
  name: `Ana Maria da Silva ${number}`,
  email: `lead${number}@example.com`,
  phone: `+55119${String(number).padStart(8, '0')}`,
  stage: ['new', 'contacted', 'qualified', 'lost'][number % 4],
  value: (number % 10_000) * 1.5,
  tags: ['import', `batch-${number - (number % 10_000)}`],
  note: note(number),
  createdAt: new Date(1700000000000 + number),
});

const leads = (from: number, count: number): object[] =>
  Array.from({ length: count }, (_, index) => lead(from + index));

const LARGEST = 16 * 1024 * 1024;

/** What backups have to bear: many documents, large ones that nothing makes smaller, many collections. */
export function shapes(full: boolean): Shape[] {
  const documents = full ? 2_000_000 : 100_000;
  const large = full ? 200 : 8;
  const collections = full ? 5_000 : 100;
  return [
    {
      name: `${documents} documents of 500 bytes`,
      async fill(db) {
        const collection = db.collection('leads');
        for (let at = 0; at < documents; at += 10_000)
          await collection.insertMany(leads(at, 10_000), { ordered: false });
        await collection.createIndexes([{ key: { email: 1 } }, { key: { stage: 1, createdAt: -1 } }]);
      },
    },
    {
      name: `${large} documents of 16 MiB that can't be compressed`,
      async fill(db) {
        for (let number = 0; number < large; number++)
          await db.collection('files').insertOne({ data: randomBytes(LARGEST - 64) });
      },
    },
    {
      name: `${collections} collections of 100 documents with 3 indexes each`,
      async fill(db) {
        for (let number = 0; number < collections; number++) {
          const collection = db.collection(`leads${number}`);
          await collection.insertMany(leads(number * 100, 100));
          await collection.createIndexes([
            { key: { email: 1 } },
            { key: { stage: 1, createdAt: -1 } },
            { key: { name: 1 } },
          ]);
        }
      },
    },
  ];
}
