import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Authority } from '../../domains/test/certificates.ts';
import { Probe } from './probe.ts';

it.each([
  ['of nobody', false],
  ['that the environment names', true],
])('believes an authority %s: %s', async (_, named) => {
  const authority = new Authority();
  const server = createServer(authority.issue(['localhost']), (_, answer) => answer.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const routes = [`https://localhost:${(server.address() as AddressInfo).port}/`];
  const probe = new Probe({ routes, perSecond: 20, ...(named && { roots: authority.root }) });
  await once(server, named ? 'request' : 'tlsClientError');
  const { sent, failed } = await probe.stop();
  server.close();
  server.closeAllConnections();
  expect(sent).toBeGreaterThan(0);
  expect(failed).toBe(named ? 0 : sent);
});
