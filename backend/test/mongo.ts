import { startEmbeddedMongo } from 'embedded-mongo';

/** A database of a test's own, in memory; `standalone` is one without transactions. */
export async function startMongo({ standalone = false } = {}): Promise<{
  url: string;
  close(): Promise<void>;
}> {
  const server = await startEmbeddedMongo({ data: ':memory:', port: 0, standalone });
  const url = new URL(server.url);
  url.pathname = '/crm';
  return { url: url.href, close: () => server.close() };
}
