import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { Session } from '../environment/session.ts';
import { prove } from './prove.ts';

const version = 'v20260101_000000';
const service = (name: string) => ({ name, paths: ['/'] });

/** A service that answers with its version after `before`. */
async function serve(before?: Promise<unknown>): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  const server = createServer(async (_request, response) => {
    asked += 1;
    await before;
    response.setHeader('X-Release', version).end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

it('names the proofs in the order of the services, whichever was seen first', async () => {
  const ready = Promise.withResolvers<void>();
  const late = await serve(ready.promise);
  const early = await serve();
  const urls = { api: late.url, web: early.url };
  const live = (name: string) => ({ name, version, state: 'live' });
  const target = {
    name: 'place',
    traits: {},
    urls: async () => urls,
    inspect: async () => ({ urls, services: [live('api'), live('web')] }),
  };
  const services = [service('api'), service('web')];
  const proving = prove({ target, verifyWithin: 30 } as unknown as Session, version, services);
  await expect.poll(early.asked).toBe(5);
  ready.resolve();
  const { proofs } = await proving;
  expect(proofs).toEqual([
    { service: 'api', by: 'x-release' },
    { service: 'web', by: 'x-release' },
  ]);
});
