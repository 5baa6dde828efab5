import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../backup/test/virtual-clock.ts';
import { createHttp, HttpFailure, type HttpOptions } from './http.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A platform that gives these answers in turn, the last one again and again. */
async function platform(answers: readonly Answer[], options: Partial<HttpOptions> = {}) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answers[Math.min(requests.length, answers.length) - 1]!(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const clock = new VirtualClock();
  const http = createHttp({
    platform: 'Example',
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    headers: { authorization: 'Bearer token' },
    clock,
    redact: (text) => text.replaceAll('hunter2', '[password]'),
    ...options,
  });
  return { http, clock, requests };
}

const status =
  (code: number, headers: Record<string, string> = {}, body: unknown = {}): Answer =>
  (_request, response) =>
    response.writeHead(code, headers).end(JSON.stringify(body));
const drop: Answer = (request) => request.socket.destroy();
const hang: Answer = () => {};
const read = { method: 'GET', path: '/thing', repeatable: true } as const;
const make = { method: 'POST', path: '/thing', body: { name: 'x' }, repeatable: false } as const;

describe('the HTTP client of the platforms', () => {
  it('repeats a reading through errors and lost connections', async () => {
    const { http, requests } = await platform([status(503), drop, status(200, {}, { ok: true })]);
    expect(await http(read)).toEqual({ status: 200, body: { ok: true } });
    expect(requests).toHaveLength(3);
  });

  it.each([
    ['an error of the platform', status(500)],
    ['a lost connection', drop],
    ['no answer in time', hang],
  ])('never repeats what may have been done: %s', async (_what, answer) => {
    const { http, requests } = await platform([answer], { deadline: 100 });
    await expect(http(make)).rejects.toMatchObject({ maybeDone: true });
    expect(requests).toHaveLength(1);
  });

  it('repeats a creation that was refused because of too many requests, after the time it was told', async () => {
    const { http, clock, requests } = await platform([status(429, { 'retry-after': '7' }), status(201)]);
    const before = clock.now();
    expect((await http(make)).status).toBe(201);
    expect(requests).toHaveLength(2);
    expect(clock.now() - before).toBe(7_000);
  });

  it.each([
    ['a date', (now: number) => new Date(now + 9_000).toUTCString(), 'retry-after'],
    ['seconds since the epoch', (now: number) => String((now + 9_000) / 1000), 'ratelimit-reset'],
    ['milliseconds since the epoch', (now: number) => String(now + 9_000), 'x-ratelimit-reset'],
    ['seconds from now', () => '9', 'x-ratelimit-reset'],
  ])('reads when to come back as %s', async (_form, value, header) => {
    const now = new VirtualClock().now();
    const { http, clock } = await platform([status(429, { [header]: value(now) }), status(200)]);
    await http(read);
    expect(clock.now() - now).toBe(9_000);
  });

  it('waits before the next request when none is left', async () => {
    const { http, clock } = await platform([
      status(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4' }),
      status(200),
    ]);
    const before = clock.now();
    await http(read);
    expect(clock.now() - before).toBe(0);
    await http(read);
    expect(clock.now() - before).toBe(4_000);
  });

  it('gives up when it would wait beyond its budget', async () => {
    const { http, requests } = await platform([status(429, { 'retry-after': '3600' })]);
    await expect(http(read)).rejects.toMatchObject({ status: 429, maybeDone: false });
    expect(requests).toHaveLength(1);
  });

  it('gives up after six attempts, which bridge 15 seconds at least', async () => {
    const { http, clock, requests } = await platform([status(503)]);
    const before = clock.now();
    await expect(http(read)).rejects.toBeInstanceOf(HttpFailure);
    expect(requests).toHaveLength(6);
    // 0.5 + 1 + 2 + 4 + 8 s, and up to half of that more.
    expect(clock.now() - before).toBeGreaterThanOrEqual(15_500);
    expect(clock.now() - before).toBeLessThan(23_250);
  });

  it('does not repeat what will not get better', async () => {
    const { http, requests } = await platform([status(404, {}, { message: 'no such thing' })]);
    await expect(http(read)).rejects.toMatchObject({ status: 404, text: 'no such thing' });
    expect(requests).toHaveLength(1);
  });

  it('keeps the words of the platform, without secrets', async () => {
    const { http } = await platform([status(400, {}, { message: 'password hunter2 is too short' })]);
    await expect(http(read)).rejects.toMatchObject({ text: 'password [password] is too short' });
  });

  it('finds the failure that a platform hides in a good answer', async () => {
    const { http, requests } = await platform([status(200, {}, { errors: ['later'] }), status(200)], {
      objection: (body) => ((body as { errors?: string[] }).errors ? { text: 'later', kind: 'fault' } : null),
    });
    expect((await http(read)).body).toEqual({});
    expect(requests).toHaveLength(2);
  });

  it('sends its token to the platform alone', async () => {
    const { http, requests } = await platform([status(200)]);
    await http(read);
    await http({ ...read, anonymous: true });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token', undefined]);
  });

  it('ends at once when it is aborted, whatever it waits for', async () => {
    const { http } = await platform([hang]);
    const abort = new AbortController();
    const sent = http({ ...read, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(sent).rejects.toThrow('enough');
  });

  describe('when the platform takes no more requests for long', () => {
    const closed = status(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3600' });

    it('says until when, and sends nothing', async () => {
      const { http, clock, requests } = await platform([closed]);
      await http(read);
      const before = clock.now();
      await expect(http(read)).rejects.toMatchObject({
        status: 429,
        maybeDone: false,
        text: expect.stringMatching(/^no more requests until \d\d:\d\d:\d\d \(in 60 min\)$/),
      });
      expect(clock.now()).toBe(before);
      expect(requests).toHaveLength(1);
    });

    it('asks again once the time has come', async () => {
      const { http, clock, requests } = await platform([closed, status(200)]);
      await http(read);
      await clock.sleep(3_600_000);
      await http(read);
      expect(requests).toHaveLength(2);
    });

    it('says it of a refusal, too, with the words of the platform', async () => {
      const { http } = await platform([status(429, { 'retry-after': '3600' }, { message: 'hourly limit' })]);
      await expect(http(read)).rejects.toMatchObject({
        text: expect.stringMatching(/^hourly limit; no more requests until .* \(in 60 min\)$/),
      });
    });

    it('tells a shorter wait, which an interruption ends', async () => {
      const said: string[] = [];
      const interrupt = new AbortController();
      const { http, requests } = await platform(
        [status(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '50' }), status(200)],
        {
          interrupt: interrupt.signal,
          say: (text) => {
            said.push(text);
            interrupt.abort(new Error('interrupted'));
          },
        },
      );
      await http(read);
      await expect(http(read)).rejects.toThrow('interrupted');
      expect(said).toEqual([
        expect.stringMatching(/^Example takes no more requests until .* \(in 50 s\); waiting\.$/),
      ]);
      expect(requests).toHaveLength(1);
      // What comes after an interruption is clean-up: it waits.
      await http(make);
      expect(requests).toHaveLength(2);
    });
  });

  it('an interruption ends a reading, and no change', async () => {
    const interrupt = new AbortController();
    let late: ServerResponse | undefined;
    const hold: Answer = (_request, response) => {
      late = response;
    };
    const { http, requests } = await platform([hold], { interrupt: interrupt.signal });
    const reading = http({ ...read, reads: true });
    const changing = http(make);
    await expect.poll(() => requests.length).toBe(2);
    interrupt.abort(new Error('interrupted'));
    await expect(reading).rejects.toThrow('interrupted');
    late!.writeHead(201).end('{}');
    expect((await changing).status).toBe(201);
  });

  describe('an answer that is not what was promised', () => {
    const page: Answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>One moment</html>');
    const lacks = (body: unknown) => ((body as { id?: string } | null)?.id ? null : 'no id');

    it.each([
      ['a page', page],
      ['nothing', status(200, {}, null)],
    ])('is asked for again: %s', async (_what, answer) => {
      const { http, requests } = await platform([answer, status(200, {}, { id: '1' })]);
      expect((await http({ ...read, lacks })).body).toEqual({ id: '1' });
      expect(requests).toHaveLength(2);
    });

    it('may have been done, and is not taken for a refusal', async () => {
      const { http, requests } = await platform([page]);
      await expect(http({ ...make, lacks })).rejects.toMatchObject({ maybeDone: true, kind: 'strange' });
      expect(requests).toHaveLength(1);
    });

    it('is text where the address carries its own signature, as that of a log', async () => {
      const { http } = await platform([page]);
      expect((await http({ ...read, anonymous: true })).body).toContain('One moment');
    });
  });

  describe('words that nobody knows', () => {
    const objection = (body: unknown) => {
      const { said } = body as { said?: string };
      return said ? ({ text: said, kind: 'unclear' } as const) : null;
    };
    const says = (said: string) => status(200, {}, { said });

    it('are a refusal when they come twice', async () => {
      const { http, clock, requests } = await platform([says('Frobnication failed')], { objection });
      const before = clock.now();
      await expect(http(read)).rejects.toMatchObject({
        status: 400,
        maybeDone: false,
        text: 'Frobnication failed',
      });
      expect(requests).toHaveLength(2);
      expect(clock.now() - before).toBeLessThan(1_000);
    });

    it('are a fault that goes by when they change', async () => {
      const { http, requests } = await platform([says('one'), says('two'), status(200)], { objection });
      await http(read);
      expect(requests).toHaveLength(3);
    });

    it('may have been done the first time, and were not the second', async () => {
      const { http } = await platform([says('Frobnication failed')], { objection });
      await expect(http(make)).rejects.toMatchObject({ maybeDone: true });
      await expect(http(make)).rejects.toMatchObject({ maybeDone: false });
    });
  });
});
