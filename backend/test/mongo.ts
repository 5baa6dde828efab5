import { startEmbeddedMongo } from 'embedded-mongo';

/** A database of a test's own, in memory. */
export async function startMongo(): Promise<{ url: string; close(): Promise<void> }> {
  const server = await startEmbeddedMongo({ data: ':memory:', port: 0 });
  const url = new URL(server.url);
  url.pathname = '/crm';
  return { url: url.href, close: () => server.close() };
}
