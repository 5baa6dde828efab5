import { startEmbeddedMongo } from 'embedded-mongo';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../tests/setup/ports.ts';
import { startMongo } from '../../test/mongo.ts';
import { connectMongo } from './mongo.ts';
import { requireTransactions } from './require-transactions.ts';

function open(url: string) {
  const mongo = connectMongo(url);
  onTestFinished(() => mongo.client.close());
  return mongo;
}

it('names the host and the cause when MongoDB is away, and no password', async () => {
  const port = await freePort();
  const mongo = open(`mongodb://ana:s3cret@127.0.0.1:${port}/crm?serverSelectionTimeoutMS=100`);
  const error = await requireTransactions(mongo, 150).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    code: 'mongo.away',
    message: `MongoDB at 127.0.0.1:${port} cannot be written to: connect ECONNREFUSED 127.0.0.1:${port}`,
    hint: expect.stringContaining('MONGO_URL'),
  });
});

it('waits for a MongoDB that comes a little later', async () => {
  const port = await freePort();
  const mongo = open(`mongodb://127.0.0.1:${port}/crm?serverSelectionTimeoutMS=100`);
  const waiting = requireTransactions(mongo, 20_000);
  await new Promise((resolve) => mongo.client.once('serverHeartbeatFailed', resolve));
  const server = await startEmbeddedMongo({ data: ':memory:', port });
  onTestFinished(() => server.close());
  await waiting;
});

it('says that a standalone MongoDB has no transactions, at once', async () => {
  const { url, close } = await startMongo({ standalone: true });
  onTestFinished(close);
  await expect(requireTransactions(open(url))).rejects.toMatchObject({ code: 'settings.invalid' });
});
