import { startEmbeddedMongo } from 'embedded-mongo';
import { MongoServerSelectionError } from 'mongodb';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../tests/setup/ports.ts';
import { isMongoUrl } from './is-mongo-url.ts';
import { connectMongo } from './mongo.ts';

it.each([
  ['mongodb://a:1,b:2,c:3/crm?replicaSet=rs0', 'crm'],
  ['mongodb://a/?authSource=admin', 'conductor_crm'],
  // As managed servers give it: the database of the users, not of the data.
  ['mongodb://user:p%40ss@a,b/admin?replicaSet=rs0&tls=true', 'conductor_crm'],
])('the database of %s is %s', async (url, name) => {
  expect(isMongoUrl(url)).toBe(true);
  const { client, db } = connectMongo(url);
  expect(db.databaseName).toBe(name);
  await client.close();
});

it.each(['not-a-url', 'http://a/crm', 'mongodb://'])('%s is no address of MongoDB', (url) =>
  expect(isMongoUrl(url)).toBe(false),
);

it('connects when MongoDB comes after the first commands failed', async () => {
  const port = await freePort();
  const { client, db } = connectMongo(`mongodb://127.0.0.1:${port}/crm?serverSelectionTimeoutMS=100`);
  onTestFinished(() => client.close());
  const ping = () => db.command({ ping: 1 });
  await expect(ping()).rejects.toThrow(MongoServerSelectionError);
  const server = await startEmbeddedMongo({ data: ':memory:', port });
  onTestFinished(() => server.close());
  expect(await ping()).toMatchObject({ ok: 1 });
});
