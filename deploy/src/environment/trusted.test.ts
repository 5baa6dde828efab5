import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Authority } from '../domains/test/certificates.ts';
import { trustAlso } from './trusted.ts';

it('lets this process believe an authority of somebody’s own, beside those that it believes already', async () => {
  const mine = new Authority('Mine');
  const other = new Authority('Other');
  const open = async (authority: Authority) => {
    const server = createServer(authority.issue(['localhost']), (_, answer) => answer.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { server, url: `https://localhost:${(server.address() as AddressInfo).port}/` };
  };
  const [a, b] = [await open(mine), await open(other)];
  try {
    await expect(fetch(a.url)).rejects.toThrow();
    trustAlso(mine.root);
    trustAlso(`${mine.root}\n# again, with another one\n${other.root}`);
    for (const { url } of [a, b]) expect((await fetch(url)).status).toBe(200);
  } finally {
    for (const { server } of [a, b]) server.close();
  }
});
