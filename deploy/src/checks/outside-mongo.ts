import type { MongoClient } from 'mongodb';

/** What a MongoDB outside of the target says of itself: `unknown` where it cannot be asked from here, with the reason. */
export type OutsideMongo =
  | { readonly is: 'replica set' | 'sharded cluster' | 'standalone' | 'closed to us' | 'no address' }
  | { readonly is: 'unknown'; readonly why: string };

/** Milliseconds for finding it. */
const patience = 5_000;
/** AuthenticationFailed, and how Atlas says it. */
const refusesLogin = new Set<unknown>([18, 8000]);

/** Asks the server at `url` what it is (`hello`). Never throws, and never gives out a part of the address. */
export async function askOutsideMongo(url: string): Promise<OutsideMongo> {
  const client = await clientFor(url);
  if (!client) return { is: 'no address' };
  try {
    const hello = await client.db('admin').command({ hello: 1 });
    // https://www.mongodb.com/docs/manual/reference/command/hello/#output
    if (hello.msg === 'isdbgrid') return { is: 'sharded cluster' };
    return { is: hello.setName ? 'replica set' : 'standalone' };
  } catch (error) {
    const { code, name } = error as { code?: unknown; name: string };
    if (refusesLogin.has(code)) return { is: 'closed to us' };
    return { is: 'unknown', why: typeof code === 'string' ? code : name };
  } finally {
    await client.close();
  }
}

/** Null where the driver cannot make anything of the address. */
async function clientFor(url: string): Promise<MongoClient | null> {
  const { MongoClient } = await import('mongodb');
  // With the name of a set the driver would not speak to a server that is in none.
  const anySet = url.replace(/([?&])replicaSet=[^&]*&?/i, '$1');
  try {
    return new MongoClient(anySet, { serverSelectionTimeoutMS: patience, connectTimeoutMS: patience });
  } catch {
    return null;
  }
}
