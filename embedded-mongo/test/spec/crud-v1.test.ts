import { join } from 'node:path';
import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedMongo, startEmbeddedMongo } from '../../src/index.ts';
import { readFolder, specification } from './files.ts';
import { match } from './match.ts';
import { operation } from './operations.ts';

/** The first format of the CRUD specification: data, one operation, its result and what is stored afterwards. */
interface File {
  data: Document[];
  tests: {
    description: string;
    operation: { name: string; arguments?: Document };
    outcome: { error?: boolean; result?: unknown; collection?: { name?: string; data: Document[] } };
  }[];
}

const found = specification();
let server: EmbeddedMongo;
let client: MongoClient;
beforeAll(async () => {
  server = await startEmbeddedMongo({ data: ':memory:', port: 0 });
  client = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await client.close();
  await server.close();
});

const argumentsOf = (name: string, given: Document): Document => {
  if (name !== 'bulkWrite') {
    const { options, ...others } = given;
    return { ...others, ...options };
  }
  const requests = given.requests.map((one: Document) => ({ [one.name]: one.arguments }));
  return { requests, ...given.options };
};

const check = async (
  { data }: File,
  { operation: { name, arguments: given = {} }, outcome }: File['tests'][number],
): Promise<void> => {
  const db = client.db('crud-v1');
  await db.dropDatabase();
  const collection = db.collection('source');
  if (data.length > 0) await collection.insertMany(data);
  const run = operation('collection', name)!;
  const answer = run(collection as never, argumentsOf(name, given)).catch((error: unknown) => {
    if (!outcome.error) throw error;
    return (error as { result?: unknown }).result;
  });
  const result = await answer;
  const none = new Map<string, unknown>();
  const returned = !(name === 'aggregate' && JSON.stringify(given.pipeline).includes('"$out"'));
  if (outcome.result !== undefined && !outcome.error && returned)
    match(outcome.result, result, name, none, true);
  if (!outcome.collection) return;
  const stored = await db
    .collection(outcome.collection.name ?? 'source')
    .find({}, { sort: { _id: 1 } })
    .toArray();
  match(outcome.collection.data, stored, 'stored', none);
};

for (const folder of ['crud/v1/read', 'crud/v1/write'])
  describe(`published specification: ${folder}`, () => {
    if ('missing' in found) {
      console.warn(`The published specification's ${folder} was NOT run: ${found.missing}`);
      test('the specification', ({ skip }) => skip(`not run: ${found.missing}`));
      return;
    }
    for (const { name, content } of readFolder<File>(join(found.folder, folder)))
      for (const one of content.tests)
        test(`${name}: ${one.description}`, async () => {
          expect(operation('collection', one.operation.name)).toBeDefined();
          await check(content, one);
        });
  });
