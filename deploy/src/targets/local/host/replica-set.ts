import { MongoClient, MongoServerError } from 'mongodb';

/** Makes a lone `mongod` a replica set of one, for transactions and change streams need one. Twice is the same as once. */
export async function initiate(port: number): Promise<void> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 30_000,
  });
  try {
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
    await client.db('admin').command({ replSetInitiate: { _id: 'conductor', members } });
  } catch (error) {
    // AlreadyInitialized: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
    if (!(error instanceof MongoServerError && error.code === 23)) throw error;
  } finally {
    await client.close();
  }
}
