import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { VirtualClock } from '../test/virtual-clock.ts';
import { type PostOptions, postJson } from './post.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Answer = { readonly status: number; readonly headers?: Record<string, string> } | 'silence';

/** A receiver that gives these answers in turn, the last one for good; `send` posts to it on a clock of its own. */
async function receiver(...answers: Answer[]) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    const answer = answers[Math.min(bodies.length, answers.length) - 1]!;
    if (answer !== 'silence') response.writeHead(answer.status, answer.headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/T0-secret`);
  const clock = new VirtualClock();
  const start = clock.now();
  const send = (options: PostOptions = {}) => postJson(url, '{}', { clock, ...options });
  return { bodies, send, url, waited: () => clock.now() - start };
}

it('comes back when the receiver asks it to: seconds, or a date', async () => {
  const date = new Date(new VirtualClock().now() + 20_000).toUTCString();
  const { bodies, send, waited } = await receiver(
    { status: 429, headers: { 'retry-after': '9' } },
    { status: 503, headers: { 'retry-after': date } },
    { status: 200 },
  );
  await send();
  expect(bodies).toHaveLength(3);
  expect(waited()).toBe(20_000);
});

it('gives a receiver up that asks for more patience than there is', async () => {
  const { bodies, send, url, waited } = await receiver({ status: 429, headers: { 'retry-after': '61' } });
  await expect(send()).rejects.toThrow(new Error(`${url.host} answered 429`));
  expect(bodies).toHaveLength(1);
  expect(waited()).toBe(0);
});

it('sends again what was not answered in time, and says how often without telling the address', async () => {
  const { bodies, send, url } = await receiver('silence');
  await expect(send({ deadline: 50, attempts: 2 })).rejects.toThrow(
    new Error(`${url.host} did not answer (2 attempts)`),
  );
  expect(bodies).toHaveLength(2);
});

it("ends with the signal's reason, whatever it waits for", async () => {
  const { send } = await receiver('silence');
  const abort = new AbortController();
  const sent = send({ signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(sent).rejects.toThrow('enough');
});
